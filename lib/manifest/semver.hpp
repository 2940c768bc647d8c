#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mlo {

/// A version by semver.org 2.0.0. Ordered as it says; versions that differ in their build alone follow the bytes of it,
/// so that the order is total.
struct SemVer {
  std::uint64_t major = 0, minor = 0, patch = 0;
  std::string prerelease, build;

  /// `1.2.0`, `1.2.0-rc.1+linux`; no leading `v`, at most 100 bytes, numbers below 2^32.
  static std::optional<SemVer> parse(std::string_view text);
  std::string str() const;
  std::strong_ordering operator<=>(const SemVer& other) const;
  bool operator==(const SemVer&) const = default;
};

enum class Bump { major, minor, patch };
/// The next release; a prerelease is followed by its release: 1.2.0-rc.1 -> 1.2.0.
SemVer bump(const SemVer& version, Bump part);

}  // namespace mlo

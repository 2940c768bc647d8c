#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "lib/util/bytes.hpp"

namespace mlo::git {

/// A git object name (SHA-1). Written as 40 hex digits to git, `git-sha1:<hex>` in manifests.
class ObjectId {
 public:
  constexpr ObjectId() = default;
  explicit constexpr ObjectId(const std::array<std::byte, 20>& raw) : raw_(raw) {}
  static std::optional<ObjectId> parse(std::string_view hex);          ///< 40 hex digits
  static std::optional<ObjectId> parse_tagged(std::string_view text);  ///< git-sha1:<hex>
  const std::array<std::byte, 20>& raw() const { return raw_; }
  std::string hex() const { return to_hex(raw_); }
  std::string tagged() const { return "git-sha1:" + hex(); }
  auto operator<=>(const ObjectId&) const = default;

 private:
  std::array<std::byte, 20> raw_{};
};

}  // namespace mlo::git

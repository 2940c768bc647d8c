#pragma once
#include <array>
#include <compare>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "lib/util/bytes.hpp"

namespace mlo {

/// A SHA-256 value. Written as `sha256:<64 lower-case hex>` wherever people or files see it.
class Digest {
 public:
  constexpr Digest() = default;
  explicit constexpr Digest(const std::array<std::byte, 32>& raw) : raw_(raw) {}

  const std::array<std::byte, 32>& raw() const { return raw_; }
  std::string hex() const { return to_hex(raw_); }
  std::string str() const { return "sha256:" + hex(); }
  /// "sha256:" and the first 12 digits, for people.
  std::string brief() const { return "sha256:" + hex().substr(0, 12); }
  auto operator<=>(const Digest&) const = default;

  /// Reads `sha256:<64 hex>`; nothing if it is anything else.
  static std::optional<Digest> parse(std::string_view text);
  /// Reads 64 hex digits.
  static std::optional<Digest> from_hex_text(std::string_view hex);

 private:
  std::array<std::byte, 32> raw_{};
};

struct DigestHash {
  std::size_t operator()(const Digest& d) const {
    std::size_t out = 0;
    std::memcpy(&out, d.raw().data(), sizeof out);
    return out;
  }
};

}  // namespace mlo

#include "lib/store/cut.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "lib/crypto/sha256.hpp"

namespace mlo {
namespace {

/// A number for each byte: the first eight of its SHA-256.
std::array<std::uint64_t, 256> make_gear() {
  std::array<std::uint64_t, 256> gear{};
  for (std::size_t i = 0; i < gear.size(); ++i) {
    const char byte = static_cast<char>(i);
    const Digest digest = sha256(std::string_view(&byte, 1));
    gear[i] = ByteReader(text_of(digest.raw())).u64();
  }
  return gear;
}

}  // namespace

std::size_t cut(std::string_view bytes, const CutSizes& sizes) {
  static const std::array<std::uint64_t, 256> gear = make_gear();
  const std::size_t end = std::min(bytes.size(), sizes.most);
  std::size_t at = std::min(end, sizes.least);
  std::uint64_t sum = 0;
  // Until the wanted size a cut is four times as rare as it should be, afterwards four times as frequent.
  const auto seek = [&](std::size_t to, unsigned bits) {
    const std::uint64_t limit = std::uint64_t{1} << (64 - bits);
    for (; at < to; ++at) {
      sum = (sum << 1U) + gear[static_cast<unsigned char>(bytes[at])];
      if (sum < limit) return true;
    }
    return false;
  };
  const std::size_t middle = std::clamp(std::size_t{1} << sizes.bits, at, end);
  return seek(middle, sizes.bits + 2) || seek(end, sizes.bits - 2) ? at + 1 : end;
}

}  // namespace mlo

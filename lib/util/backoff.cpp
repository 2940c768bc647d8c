#include "lib/util/backoff.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace mlo {

std::chrono::milliseconds delay_after(unsigned failed, std::chrono::milliseconds first, Rng& rng) {
  const auto longest = std::min(kLongestDelay, first * (1 << std::min(failed - 1, 16U)));
  std::array<std::byte, 4> raw{};
  rng.fill(raw);
  std::uint32_t random = 0;
  std::memcpy(&random, raw.data(), sizeof random);
  return longest / 2 + longest / 2 * (random % 1024) / 1024;
}

}  // namespace mlo

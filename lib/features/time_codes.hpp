#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>

namespace mlo::features {

/// Times in 16 bits, in their order: of two times the later one has the greater code, or the same. Half of the codes
/// lie between two given times. What is kept by code stays in the caches, and most comparisons need no more.
class TimeCodes {
 public:
  using Code = std::int16_t;
  static constexpr Code kTaken = INT16_MIN, kNone = INT16_MIN + 1;  ///< less than the code of any time

  TimeCodes() = default;
  TimeCodes(std::int64_t first, std::int64_t last)
      : first_(first), shift_(std::max(0, static_cast<int>(std::bit_width(distance(first, last))) - 15)) {}

  Code of(std::int64_t time) const {
    constexpr std::uint64_t kMost = INT16_MAX - 2;
    constexpr int kBefore = 36;  // steps of 19 hours, for 71 years
    return static_cast<Code>(
        time >= first_ ? static_cast<std::int64_t>(std::min(distance(first_, time) >> shift_, kMost))
                       : -1 - static_cast<std::int64_t>(std::min((distance(time, first_) - 1) >> kBefore, kMost)));
  }

 private:
  static constexpr std::uint64_t distance(std::int64_t from, std::int64_t to) {
    return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
  }

  std::int64_t first_ = 0;
  int shift_ = 0;
};

}  // namespace mlo::features

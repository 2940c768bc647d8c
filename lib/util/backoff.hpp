#pragma once
#include <chrono>

#include "lib/util/random.hpp"

namespace mlo {

/// How often what may pass is tried.
inline constexpr unsigned kAttempts = 6;
inline constexpr std::chrono::milliseconds kFirstDelay{300};
inline constexpr std::chrono::milliseconds kLongestDelay{20'000};

/// How long to wait after `failed` attempts, at least 1: twice as long each time, between a half and the whole of that
/// at random, so that many who failed at once do not come back at once.
std::chrono::milliseconds delay_after(unsigned failed, std::chrono::milliseconds first, Rng& rng);

}  // namespace mlo

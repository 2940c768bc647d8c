#pragma once
#include <chrono>
#include <stop_token>

#include "lib/util/utc_time.hpp"

namespace mlo {

/// Where time comes from. The real one lives in cli/host.cpp; tests hand in one that ticks when told. Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime now() = 0;
  /// Since an arbitrary start, never backwards; for durations.
  virtual std::chrono::nanoseconds monotonic() = 0;
  /// Returns after that time, or as soon as somebody wants to stop.
  virtual void sleep(std::chrono::nanoseconds time, const std::stop_token& stop) = 0;
};

}  // namespace mlo

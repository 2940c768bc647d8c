#pragma once
#include <chrono>
#include <mutex>

#include "lib/util/world.hpp"

namespace mlo {

/// Keeps below a rate what many move at once. Safe from any thread.
class Throttle {
 public:
  /// 0: no limit. Borrows `world`, by whose clock it counts and sleeps.
  Throttle(const World& world, std::uint64_t bytes_per_second) : world_(world), rate_(bytes_per_second) {}
  bool is_on() const { return rate_ != 0; }

  /// Returns when the bytes that were taken before have had their time, so a second ends with no more than the rate
  /// and what was taken last. Error{interrupted} as soon as the user wants to stop.
  void take(std::uint64_t bytes);

 private:
  const World& world_;
  const std::uint64_t rate_;
  std::mutex mutex_;
  std::chrono::nanoseconds free_{0};  ///< when the bytes before have had their time
};

}  // namespace mlo

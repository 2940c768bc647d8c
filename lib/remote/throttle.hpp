#pragma once
#include <chrono>
#include <functional>
#include <mutex>

#include "lib/util/world.hpp"

namespace mlo {

/// Keeps below a rate what many move at once. Safe from any thread.
class Throttle {
 public:
  using Sleep = std::function<void(std::chrono::nanoseconds)>;

  /// 0: no limit. Borrows `world`, by whose clock it counts. `sleep` lets that much time pass.
  Throttle(const World& world, std::uint64_t bytes_per_second, Sleep sleep);
  /// Sleeps until a user's wish to stop: then Error{interrupted}.
  Throttle(const World& world, std::uint64_t bytes_per_second);

  /// Returns when the bytes that were taken before have had their time, so a second ends with no more than the rate
  /// and what was taken last.
  void take(std::uint64_t bytes);

 private:
  const World& world_;
  const std::uint64_t rate_;
  const Sleep sleep_;
  std::mutex mutex_;
  std::chrono::nanoseconds free_{0};  ///< when the bytes before have had their time
};

}  // namespace mlo

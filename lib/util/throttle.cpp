#include "lib/util/throttle.hpp"

namespace mlo {

using std::chrono::nanoseconds;

void Throttle::take(std::uint64_t bytes) {
  if (rate_ == 0) return;
  nanoseconds time{0};
  {
    const std::lock_guard lock(mutex_);
    const nanoseconds now = world_.clock.monotonic();
    free_ = std::max(free_, now);
    time = free_ - now;
    // A double is exact enough for what lasts seconds, and nothing overflows.
    free_ += nanoseconds(static_cast<std::int64_t>(static_cast<double>(bytes) / static_cast<double>(rate_) * 1e9));
  }
  if (time.count() > 0) pause(world_, time);
}

}  // namespace mlo

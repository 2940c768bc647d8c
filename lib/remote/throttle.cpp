#include "lib/remote/throttle.hpp"

#include <condition_variable>

namespace mlo {
namespace {

using std::chrono::nanoseconds;

void sleep_until_stop(const World& world, nanoseconds time) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait_for(lock, world.stop, time, [] { return false; });
  check_stop(world);
}

}  // namespace

Throttle::Throttle(const World& world, std::uint64_t bytes_per_second, Sleep sleep)
    : world_(world), rate_(bytes_per_second), sleep_(std::move(sleep)) {}

Throttle::Throttle(const World& world, std::uint64_t bytes_per_second)
    : Throttle(world, bytes_per_second, [&world](nanoseconds time) { sleep_until_stop(world, time); }) {}

void Throttle::take(std::uint64_t bytes) {
  if (rate_ == 0) return;
  nanoseconds pause{0};
  {
    const std::lock_guard lock(mutex_);
    const nanoseconds now = world_.clock.monotonic();
    free_ = std::max(free_, now);
    pause = free_ - now;
    // A double is exact enough for what lasts seconds, and nothing overflows.
    free_ += nanoseconds(static_cast<std::int64_t>(static_cast<double>(bytes) / static_cast<double>(rate_) * 1e9));
  }
  if (pause.count() > 0) sleep_(pause);
}

}  // namespace mlo

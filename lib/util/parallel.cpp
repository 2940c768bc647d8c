#include "lib/util/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace mlo {

void parallel_for(std::size_t count, unsigned threads, const std::function<void(std::size_t)>& body) {
  const auto workers = static_cast<unsigned>(std::min<std::size_t>(std::max(threads, 1U), count));
  if (workers <= 1) {
    for (std::size_t i = 0; i < count; ++i) body(i);
    return;
  }
  const std::size_t chunk = std::clamp<std::size_t>(count / (std::size_t{workers} * 64), 1, 64);
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::exception_ptr failure;
  std::size_t failed = count;
  const auto work = [&] {
    std::size_t i = 0;
    try {
      for (;;) {
        i = next.fetch_add(chunk);
        if (i >= count) return;
        for (const std::size_t end = std::min(i + chunk, count); i < end; ++i) body(i);
      }
    } catch (...) {
      // What comes before has begun by now, and is not broken off: the first of all failures is among those we see.
      const std::lock_guard lock(mutex);
      if (i < failed) {
        failed = i;
        failure = std::current_exception();
      }
      next.store(count);
    }
  };
  {
    std::vector<std::jthread> pool;
    for (unsigned i = 1; i < workers; ++i) pool.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

unsigned reading_threads(unsigned threads) { return std::max(threads, std::min(8 * threads, 32U)); }

}  // namespace mlo

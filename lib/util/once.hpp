#pragma once
#include <atomic>
#include <mutex>

namespace mlo {

/// Runs an action once, whoever comes first; all others wait for it. If it throws, the next one tries again. Instead of
/// `call_once`, which goes through C code of libpthread: an exception cannot pass that in a binary that is linked
/// with its own unwinder, and aborts. Safe from any thread.
class Once {
 public:
  template <class Action>
  void operator()(const Action& action) {
    if (done_.load(std::memory_order_acquire)) return;
    const std::lock_guard lock(mutex_);
    if (done_.load(std::memory_order_relaxed)) return;
    action();
    done_.store(true, std::memory_order_release);
  }

 private:
  std::atomic<bool> done_ = false;
  std::mutex mutex_;
};

}  // namespace mlo

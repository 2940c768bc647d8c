#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace mlo {

enum class ProgressUnit { items, bytes };

/// One long task. `advance` may be called from any thread; the destructor ends the task.
class ProgressTask {
 public:
  virtual ~ProgressTask() = default;
  virtual void advance(std::uint64_t amount) = 0;
};

/// Told how many more bytes have moved. May throw, which ends the transfer. Empty: nobody asks.
using Moved = std::function<void(std::uint64_t bytes)>;

/// Tells of each byte once, however often its transfer begins anew. Of one thread at a time.
class MovedOnce {
 public:
  /// Borrows `moved`.
  explicit MovedOnce(const Moved& moved) : moved_(moved) {}
  /// All bytes before `end` have moved.
  void reach(std::uint64_t end) {
    if (end <= told_) return;
    const std::uint64_t fresh = end - std::exchange(told_, end);
    if (moved_) moved_(fresh);
  }

 private:
  const Moved& moved_;
  std::uint64_t told_ = 0;
};

/// Where lib reports how far it is. cli draws bars; tests count or ignore.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `total` 0 means unknown.
  virtual std::unique_ptr<ProgressTask> start(std::string label, ProgressUnit unit, std::uint64_t total) = 0;
};

}  // namespace mlo

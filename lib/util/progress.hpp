#pragma once
#include <cstdint>
#include <memory>
#include <string>

namespace mlo {

enum class ProgressUnit { items, bytes };

/// One long task. `advance` may be called from any thread; the destructor ends the task.
class ProgressTask {
 public:
  virtual ~ProgressTask() = default;
  virtual void advance(std::uint64_t amount) = 0;
};

/// Where lib reports how far it is. cli draws bars; tests count or ignore.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `total` 0 means unknown.
  virtual std::unique_ptr<ProgressTask> start(std::string label, ProgressUnit unit, std::uint64_t total) = 0;
};

}  // namespace mlo

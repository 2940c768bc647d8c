#pragma once
#include <chrono>
#include <optional>
#include <string_view>

#include "lib/util/fs.hpp"
#include "lib/util/world.hpp"

namespace mlo {

/// An exclusive advisory lock (flock) on a file, held until destruction; the kernel frees it if the process dies. The
/// file stays and names its last owner. Moves transfer the lock.
class LockFile {
 public:
  /// Takes the lock, waiting up to `wait`; after that throws Error{conflict} naming the owner. `owner` says who holds
  /// it ("mlo run, pid 12"). Missing parent directories are made. Honours `world.stop`.
  static LockFile acquire(const fs::path& path, std::string_view owner, std::chrono::milliseconds wait, World& world);
  /// Takes the lock if it is free now; nothing if somebody holds it.
  static std::optional<LockFile> try_acquire(const fs::path& path, std::string_view owner);

 private:
  explicit LockFile(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

/// True if some process holds the lock now. A missing file is not held.
bool is_locked(const fs::path& path);

}  // namespace mlo

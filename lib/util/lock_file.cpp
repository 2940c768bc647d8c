#include "lib/util/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {

std::optional<LockFile> LockFile::try_acquire(const fs::path& path, std::string_view owner) {
  if (!find_stat(path.parent_path())) make_dirs(path.parent_path());
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd) throw_errno("open lock", path.string());
  while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) throw_errno("lock", path.string());
  }
  if (::ftruncate(fd.get(), 0) != 0) throw_errno("write", path.string());
  write_all(fd.get(), owner, path);
  return LockFile(std::move(fd));
}

LockFile LockFile::acquire(const fs::path& path, std::string_view owner, std::chrono::milliseconds wait, World& world) {
  const auto deadline = world.clock.monotonic() + wait;
  for (auto pause = std::chrono::milliseconds(1);; pause = std::min(pause * 2, std::chrono::milliseconds(100))) {
    if (auto lock = try_acquire(path, owner)) return std::move(*lock);
    if (world.clock.monotonic() >= deadline) {
      const std::string holder = printable(find_file(path, 4096).value_or(""));
      throw Error(ErrorKind::conflict, fmt::format("cannot lock `{}`: held by {}", path.filename().string(),
                                                   holder.empty() ? "another mlo" : holder))
          .hint("wait for it to finish; the lock frees itself when that process ends");
    }
    check_stop(world);
    std::this_thread::sleep_for(pause);
  }
}

bool is_locked(const fs::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd) return false;
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return false;
  return errno == EWOULDBLOCK;
}

}  // namespace mlo

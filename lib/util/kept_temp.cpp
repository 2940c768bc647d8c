#include "lib/util/kept_temp.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "lib/util/error.hpp"

namespace mlo {
namespace {

UniqueFd open_file(const fs::path& path, int flags, std::uint32_t mode) {
  const auto open = [&] { return UniqueFd(::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, mode)); };
  UniqueFd fd = open();
  if (fd || errno != EACCES) return fd;
  // Who wrote it made it read-only, as it was whole, and was killed before it got its name.
  struct stat st {};
  const bool ours = ::lstat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) && st.st_uid == ::geteuid();
  if (ours && ::chmod(path.c_str(), st.st_mode | S_IRUSR | S_IWUSR) == 0) return open();
  errno = EACCES;
  return fd;
}

/// Where files have no numbers that stay, none is ever still there.
constexpr int kAttempts = 100;

bool lock(const UniqueFd& fd) { return ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0; }

/// Who had the lock before may have removed the file since it was opened, or given it another name.
bool is_still_there(const UniqueFd& fd, const fs::path& path) {
  const auto there = find_stat(path);
  const FileStat here = stat_fd(fd.get(), path);
  return there && there->inode == here.inode && there->device == here.device;
}

}  // namespace

std::optional<KeptTemp> KeptTemp::open(const fs::path& path, std::uint32_t mode) {
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    UniqueFd fd = open_file(path, O_CREAT, mode);
    if (!fd && (errno == EACCES || errno == EPERM)) return std::nullopt;
    if (!fd) throw_errno("create", path.string());
    if (!lock(fd)) return std::nullopt;
    if (is_still_there(fd, path)) return KeptTemp(path, std::move(fd));
  }
  return std::nullopt;
}

void KeptTemp::remove() const { ::unlink(path_.c_str()); }

std::uint64_t remove_kept(const fs::path& dir, std::string_view prefix, UtcTime before, std::string_view but) {
  std::uint64_t count = 0;
  for (const DirEntry& entry : list_dir(dir)) {
    if (!entry.name.starts_with(prefix) || entry.name == but) continue;
    const fs::path path = dir / entry.name;
    const auto stat = find_stat(path);
    if (!stat || stat->kind != FileKind::file || stat->mtime_ns / 1000 >= before.micros()) continue;
    const UniqueFd fd = open_file(path, 0, 0);
    if (fd && lock(fd) && is_still_there(fd, path)) count += remove_file(path) ? 1 : 0;
  }
  return count;
}

}  // namespace mlo

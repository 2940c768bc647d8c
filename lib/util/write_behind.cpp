#include "lib/util/write_behind.hpp"

#include <fcntl.h>

#include <algorithm>

namespace mlo {
namespace {

/// What the disk is given at a time. A multiple of all units in which the system keeps files.
constexpr std::uint64_t kWindow = std::uint64_t{8} << 20U;

off_t offset(std::uint64_t at) { return static_cast<off_t>(at); }

}  // namespace

void drop_passed(int fd, std::uint64_t begin, std::uint64_t end) {
  const std::uint64_t passed = end / kWindow * kWindow;
  if (begin >= passed) return;
  const std::uint64_t from = begin / kWindow * kWindow;
  ::posix_fadvise(fd, offset(from), offset(passed - from), POSIX_FADV_DONTNEED);
}

WriteBehind::WriteBehind(Cached cached, std::uint64_t there)
    : cached_(cached), written_(there), asked_(there / kWindow * kWindow), dropped_(asked_) {}

void WriteBehind::write(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, std::min<std::uint64_t>(bytes.size(), asked_ + kWindow - written_));
    write_all(fd, piece, path);
    bytes.remove_prefix(piece.size());
    wrote(fd, piece.size());
  }
}

// All that is asked here is a wish: where it is not granted, the sync that follows takes longer.
void WriteBehind::wrote(int fd, std::uint64_t bytes) {
  written_ += bytes;
  while (written_ - asked_ >= kWindow) {
    ::sync_file_range(fd, offset(asked_), offset(kWindow), SYNC_FILE_RANGE_WRITE);
    if (cached_ == Cached::drop && asked_ > dropped_) {
      // The window before: the disk had the time of this one for it.
      ::sync_file_range(fd, offset(dropped_), offset(kWindow),
                        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
      drop_passed(fd, dropped_, asked_);
      dropped_ = asked_;
    }
    asked_ += kWindow;
  }
}

void WriteBehind::sync(int fd, const fs::path& path) {
  fsync_fd(fd, path);
  if (cached_ == Cached::drop && written_ >= kWindow) ::posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

}  // namespace mlo

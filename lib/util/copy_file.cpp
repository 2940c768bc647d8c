#include "lib/util/copy_file.hpp"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "lib/util/error.hpp"

namespace mlo {
namespace {

constexpr std::size_t kBuffer = 256U << 10U;

off_t offset(std::uint64_t at) { return static_cast<off_t>(at); }

}  // namespace

std::uint64_t FileCopy::advance(std::uint64_t most) {
  const std::uint64_t begin = at_, end = begin + most;
  while (at_ < end) {
    if (at_ >= bytes_end_) find_bytes(end);
    if (at_ >= end) break;
    const std::uint64_t copied = copy_bytes(std::min(end, bytes_end_) - at_);
    if (copied == 0) break;
    at_ += copied;
  }
  return at_ - begin;
}

void FileCopy::find_bytes(std::uint64_t limit) {
  bytes_end_ = UINT64_MAX;
  off_t bytes = ::lseek(from_, offset(at_), SEEK_DATA);
  const bool none = bytes < 0 && errno == ENXIO;
  if (bytes < 0 && !none) return;  // a file system that knows no holes
  if (none) bytes = offset(stat_fd(from_, source_).size);
  const std::uint64_t begin = std::min(static_cast<std::uint64_t>(bytes), limit);
  if (begin > at_) {
    if (::ftruncate(to_, offset(begin)) != 0 || ::lseek(to_, offset(begin), SEEK_SET) < 0)
      throw_errno("write", target_.string());
    at_ = begin;
  }
  if (begin < static_cast<std::uint64_t>(bytes))
    bytes_end_ = begin;  // the hole goes on
  else if (const off_t hole = none ? -1 : ::lseek(from_, bytes, SEEK_HOLE); hole > 0)
    bytes_end_ = static_cast<std::uint64_t>(hole);
}

std::uint64_t FileCopy::copy_bytes(std::uint64_t most) {
  off_t at = offset(at_);
  if (in_kernel_) {
    const ssize_t n = ::copy_file_range(from_, &at, to_, nullptr, most, 0);
    if (n > 0) return static_cast<std::uint64_t>(n);
    if (n < 0 && errno == EINTR) return copy_bytes(most);
    // Across file systems, on old kernels: what is really wrong shows again below. Some say 0 of a file they could
    // read.
    in_kernel_ = n == 0;
  }
  thread_local std::string buffer(kBuffer, '\0');
  for (;;) {
    const ssize_t n = ::pread(from_, buffer.data(), std::min<std::uint64_t>(most, kBuffer), at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", source_.string());
    write_all(to_, std::string_view(buffer).substr(0, static_cast<std::size_t>(n)), target_);
    return static_cast<std::uint64_t>(n);
  }
}

bool share_contents(int from_fd, int to_fd) { return ::ioctl(to_fd, FICLONE, from_fd) == 0; }

bool copy_contents(int from_fd, int to_fd, const fs::path& to, const Moved& moved) {
  if (share_contents(from_fd, to_fd)) {
    if (moved) moved(stat_fd(to_fd, to).size);
    return true;
  }
  constexpr std::uint64_t kPiece = 8U << 20U;
  FileCopy copy(from_fd, to, to_fd, to);
  while (const std::uint64_t copied = copy.advance(kPiece)) {
    if (moved) moved(copied);
  }
  return false;
}

}  // namespace mlo

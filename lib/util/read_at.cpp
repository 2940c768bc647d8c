#include "lib/util/read_at.hpp"

#include <unistd.h>

#include <cerrno>

#include "lib/util/error.hpp"

namespace mlo {

std::size_t read_at(int fd, char* to, std::size_t size, std::uint64_t offset, const fs::path& shown) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = ::pread(fd, to + done, size - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", shown.string());
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

}  // namespace mlo

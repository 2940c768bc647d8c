#include "lib/util/memory_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include "lib/util/error.hpp"

namespace mlo {

int MemoryFile::fresh() {
  if (!fd_) fd_ = UniqueFd(::memfd_create("mlo-object", MFD_CLOEXEC));
  const int fd = fd_.get();
  if (fd < 0 || ::ftruncate(fd, 0) != 0 || ::lseek(fd, 0, SEEK_SET) != 0) throw_errno("make", "a file in memory");
  return fd;
}

}  // namespace mlo

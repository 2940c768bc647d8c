#include "lib/remote/place.hpp"

#include <unistd.h>

#include <cerrno>

#include "lib/util/error.hpp"

namespace mlo {

void write_to(const FileTarget& target, std::uint64_t at, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::pwrite(target.fd, bytes.data(), bytes.size(), static_cast<off_t>(target.position + at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("write", target.path.string());
    bytes.remove_prefix(static_cast<std::size_t>(n));
    at += static_cast<std::uint64_t>(n);
  }
}

}  // namespace mlo

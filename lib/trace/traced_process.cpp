#include "lib/trace/traced_process.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kMaxPath = 4096, kPage = 4096;

std::optional<std::string> link_text(const char* link) {
  char buffer[kMaxPath + 1];
  const ssize_t size = ::readlink(link, buffer, sizeof buffer);
  if (size < 0 || static_cast<std::size_t>(size) == sizeof buffer) return std::nullopt;
  return std::string(buffer, static_cast<std::size_t>(size));
}

ssize_t read_file_of_memory(pid_t thread, std::uint64_t address, std::span<char> into) {
  const UniqueFd memory(::open(fmt::format("/proc/{}/mem", thread).c_str(), O_RDONLY | O_CLOEXEC));
  return memory ? ::pread(memory.get(), into.data(), into.size(), static_cast<off_t>(address)) : -1;
}

/// What a process says of itself, said by us.
std::string outside_view(std::string path, pid_t thread) {
  if (path.starts_with("/proc/self/")) return fmt::format("/proc/{}/{}", thread, path.substr(11));
  if (path.starts_with("/proc/thread-self/")) return fmt::format("/proc/{}/{}", thread, path.substr(18));
  if (path.starts_with("/dev/fd/")) return fmt::format("/proc/{}/fd/{}", thread, path.substr(8));
  if (path == "/dev/stdin") return fmt::format("/proc/{}/fd/0", thread);
  return path;
}

}  // namespace

bool TracedProcess::read(std::uint64_t address, std::span<char> into) const {
  iovec local{into.data(), into.size()};
  iovec remote{reinterpret_cast<void*>(address), into.size()};  // NOLINT: an address of the other process
  ssize_t got = ::process_vm_readv(thread_, &local, 1, &remote, 1, 0);
  // A container may refuse the call and yet leave the file.
  if (got < 0 && (errno == EPERM || errno == ENOSYS)) got = read_file_of_memory(thread_, address, into);
  if (got < 0 && (errno == EPERM || errno == EACCES))
    fails_("the system does not let mlo look into a process (hidden by itself, or kernel.yama.ptrace_scope)");
  return got == static_cast<ssize_t>(into.size());
}

std::optional<std::string> TracedProcess::text(std::uint64_t address) const {
  std::array<char, kPage> page;
  std::string out;
  while (out.size() < kMaxPath) {
    // What follows the page may not be there.
    const std::size_t size = kPage - address % kPage;
    if (!read(address, {page.data(), size})) return std::nullopt;
    const auto end = std::find(page.begin(), page.begin() + static_cast<std::ptrdiff_t>(size), 0);
    if (end != page.begin() + static_cast<std::ptrdiff_t>(size)) {
      out.append(page.begin(), end);
      return out.size() < kMaxPath ? std::optional(std::move(out)) : std::nullopt;
    }
    out.append(page.data(), size);
    address += size;
  }
  return std::nullopt;
}

std::optional<NamedPath> TracedProcess::path(int dir, std::uint64_t address, bool empty_ok) const {
  auto typed = text(address);
  if (!typed || (typed->empty() && !empty_ok)) return std::nullopt;
  if (typed->starts_with('/')) {
    std::string at = outside_view(*typed, thread_);
    return NamedPath{std::move(*typed), std::move(at)};
  }
  std::string base =
      dir == AT_FDCWD ? fmt::format("/proc/{}/cwd", thread_) : fmt::format("/proc/{}/fd/{}", thread_, dir);
  std::string at = typed->empty() ? std::move(base) : base + "/" + *typed;
  return NamedPath{std::move(*typed), std::move(at)};
}

std::optional<std::string> TracedProcess::directory(int dir) const {
  return link_text(dir == AT_FDCWD ? fmt::format("/proc/{}/cwd", thread_).c_str()
                                   : fmt::format("/proc/{}/fd/{}", thread_, dir).c_str());
}

std::optional<FoundFile> find_file_at(const std::string& at, bool follow) {
  const UniqueFd fd(::open(at.c_str(), O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW)));
  if (!fd) return std::nullopt;
  char name[32];
  *fmt::format_to_n(name, sizeof name - 1, "/proc/self/fd/{}", fd.get()).out = '\0';
  auto path = link_text(name);
  struct stat stat {};
  if (!path || ::fstat(fd.get(), &stat) != 0) return std::nullopt;
  return FoundFile{std::move(*path), stat.st_mode, stat.st_uid};
}

bool may_use(const FoundFile& file, int how) {
  const unsigned owners = static_cast<unsigned>(how) << 6U;
  // Of one's own file these bits alone decide; the look-up is for all others.
  if (file.owner == ::geteuid() && (file.mode & owners) == owners) return true;
  return ::access(file.path.c_str(), how) == 0;
}

std::optional<std::string> place_at(const std::string& at) {
  const std::size_t slash = at.rfind('/');
  if (slash == std::string::npos || slash + 1 == at.size()) return std::nullopt;
  const auto parent = find_file_at(slash == 0 ? "/" : at.substr(0, slash));
  if (!parent || !S_ISDIR(parent->mode)) return std::nullopt;
  return (parent->path == "/" ? "" : parent->path) + "/" + at.substr(slash + 1);
}

}  // namespace mlo

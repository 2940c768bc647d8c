#pragma once
#include <linux/filter.h>

#include <cstdint>
#include <optional>
#include <vector>

// The system calls that name files, on this machine's architecture.
namespace mlo {

/// What a call does with the paths it names, and where among its arguments they are.
enum class CallKind {
  open,       ///< path, flags
  openat,     ///< dirfd, path, flags
  openat2,    ///< dirfd, path, struct open_how
  creat,      ///< path
  execve,     ///< path
  execveat,   ///< dirfd, path, -, -, flags
  truncate,   ///< path
  rename,     ///< path, path
  renameat,   ///< dirfd, path, dirfd, path; also renameat2 and linkat
  link,       ///< path, path
  linkat,     ///< dirfd, path, dirfd, path
  remove,     ///< path; unlink and rmdir
  removeat,   ///< dirfd, path
  mkdir,      ///< path
  mkdirat,    ///< dirfd, path
  symlink,    ///< -, path
  symlinkat,  ///< -, dirfd, path
  leaves,     ///< afterwards paths do not mean what they say
};

/// Nothing for a call that is none of these.
std::optional<CallKind> kind_of_call(int number);

/// Which calls stop.
enum class CallSet {
  content,  ///< those that tell where what is in files comes from: not those that remove, and those that make
            ///< directories
  all,
};

/// A seccomp program that ends so (SECCOMP_RET_..) for these calls, but for opens of directories and of mere places
/// (O_PATH), and for an execve whose fourth argument is `pass`. Answers ENOSYS to what would open files past it:
/// io_uring_setup, and every call of a foreign ABI (i386, x32, 32-bit ARM). Lets all others through.
std::vector<sock_filter> call_filter(std::uint32_t action, std::uint64_t pass, CallSet calls);

}  // namespace mlo

// An LD_PRELOAD library that cuts the power. It counts every call that changes a file system, in the preloaded program
// and in all its children, and at call number MLO_FAULT_AT stops the world before that call happens: the process group
// dies, and any other process that reaches a counted call dies there.
//
//   MLO_FAULT_STATE  file of 16+ bytes shared by all processes: u64 calls so far, u64 "power is off"
//   MLO_FAULT_AT     which call does not happen any more (0: only count)
//   MLO_FAULT_LOG    journal, one line per event, from which run.py takes back what was written but never synced:
//                    "W dev ino size" before a write (size: bytes the file had), "S dev ino" after fsync, "A" after
//                    syncfs
//   MLO_FAULT_SHORT  a seed: in mlo's own processes reads and writes are interrupted or move less than they were asked
//   to,
//                    at random
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace {

struct Shared {
  std::atomic<std::uint64_t> calls;
  std::atomic<std::uint64_t> off;
};

Shared* g_shared = nullptr;
std::uint64_t g_at = 0;
int g_log = -1;
std::uint64_t g_short = 0;
std::atomic<std::uint64_t> g_drawn = 0;

template <class F>
F next(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

[[noreturn]] void die() {
  kill(0, SIGKILL);
  raise(SIGKILL);
  _exit(137);
}

__attribute__((constructor)) void start() {
  const char* state = getenv("MLO_FAULT_STATE");
  const char* at = getenv("MLO_FAULT_AT");
  const char* log = getenv("MLO_FAULT_LOG");
  const char* seed = getenv("MLO_FAULT_SHORT");
  if (seed != nullptr && strcmp(program_invocation_short_name, "mlo") == 0) g_short = strtoull(seed, nullptr, 10);
  if (state == nullptr) return;
  const int fd = next<int (*)(const char*, int, ...)>("open")(state, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (memory == MAP_FAILED) return;
  g_shared = static_cast<Shared*>(memory);
  g_at = at == nullptr ? 0 : strtoull(at, nullptr, 10);
  if (log != nullptr) {
    const int raw = next<int (*)(const char*, int, ...)>("open")(log, O_WRONLY | O_APPEND | O_CLOEXEC);
    g_log = raw < 0 ? -1 : fcntl(raw, F_DUPFD_CLOEXEC, 1000);  // out of the way of programs that count descriptors
    if (raw >= 0) close(raw);
  }
}

/// Before a call that changes something: count it, or die.
void step() {
  if (g_shared == nullptr) return;
  if (g_shared->off.load() != 0) die();
  const std::uint64_t n = g_shared->calls.fetch_add(1) + 1;
  if (g_at != 0 && n == g_at) {
    g_shared->off.store(1);
    die();
  }
}

/// The next of a row of random numbers (SplitMix64).
std::uint64_t draw() {
  std::uint64_t x = g_short * 0xd1342543de82ef95U + g_drawn.fetch_add(1) * 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

/// Before a call that moves bytes: it may be interrupted, and that before it did anything.
bool is_interrupted() {
  if (g_short == 0 || draw() % 8 != 0) return false;
  errno = EINTR;
  return true;
}

/// DuckDB ends the program when a read of a table is interrupted.
bool is_duckdb(void* caller) {
  Dl_info info;
  return g_short != 0 && dladdr(caller, &info) != 0 && strstr(info.dli_fname, "libduckdb") != nullptr;
}

/// Git's packs are read by libgit2, which takes less than it asked for at an offset as damage.
bool is_pack_of_git(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = g_short == 0 ? 0 : readlink(link, path, sizeof path);
  return size > 0 &&
         std::string_view(path, static_cast<std::size_t>(size)).find("/objects/pack/") != std::string_view::npos;
}

/// How much of it the call moves: all, any part, or one byte.
std::size_t some_of(std::size_t size) {
  if (g_short == 0 || size < 2) return size;
  const std::uint64_t kind = draw() % 8;
  return kind < 4 ? size : kind == 4 ? 1 : 1 + draw() % size;
}

void note(const char* text, int length) {
  if (g_log >= 0) {
    [[maybe_unused]] const auto n =
        next<ssize_t (*)(int, const void*, size_t)>("write")(g_log, text, static_cast<size_t>(length));
  }
}

bool is_file(int fd, struct stat& st) { return fstat(fd, &st) == 0 && S_ISREG(st.st_mode); }

void note_write(int fd) {
  struct stat st;
  if (g_log < 0 || !is_file(fd, st)) return;
  char line[96];
  note(line, snprintf(line, sizeof line, "W %ju %ju %jd\n", static_cast<uintmax_t>(st.st_dev),
                      static_cast<uintmax_t>(st.st_ino), static_cast<intmax_t>(st.st_size)));
}

void note_sync(int fd) {
  struct stat st;
  if (g_log < 0 || fstat(fd, &st) != 0) return;
  char line[96];
  note(line, snprintf(line, sizeof line, "S %ju %ju\n", static_cast<uintmax_t>(st.st_dev),
                      static_cast<uintmax_t>(st.st_ino)));
}

/// A write through a descriptor counts only if it is a regular file: pipes and terminals are not on disk.
void write_step(int fd) {
  struct stat st;
  if (!is_file(fd, st)) return;
  step();
  note_write(fd);
}

/// The size that a truncating open throws away counts as a write from zero: what was there is gone once it happens.
void note_open(int fd, int flags) {
  if (fd >= 0 && (flags & O_TRUNC) != 0) note_write(fd);
}

}  // namespace

extern "C" {

#define OPEN_LIKE(name)                                                            \
  int name(const char* path, int flags, ...) {                                     \
    va_list args;                                                                  \
    va_start(args, flags);                                                         \
    const mode_t mode = va_arg(args, mode_t);                                      \
    va_end(args);                                                                  \
    if ((flags & (O_CREAT | O_TRUNC)) != 0) step();                                \
    const int fd = next<int (*)(const char*, int, ...)>(#name)(path, flags, mode); \
    note_open(fd, flags);                                                          \
    return fd;                                                                     \
  }
OPEN_LIKE(open)
OPEN_LIKE(open64)

#define OPENAT_LIKE(name)                                                                    \
  int name(int dir, const char* path, int flags, ...) {                                      \
    va_list args;                                                                            \
    va_start(args, flags);                                                                   \
    const mode_t mode = va_arg(args, mode_t);                                                \
    va_end(args);                                                                            \
    if ((flags & (O_CREAT | O_TRUNC)) != 0) step();                                          \
    const int fd = next<int (*)(int, const char*, int, ...)>(#name)(dir, path, flags, mode); \
    note_open(fd, flags);                                                                    \
    return fd;                                                                               \
  }
OPENAT_LIKE(openat)
OPENAT_LIKE(openat64)

// A call on a descriptor, and a call on names: same shape, different checks first.
#define ON_FD(result, name, params, args, fd)  \
  result name params {                         \
    write_step(fd);                            \
    return next<result(*) params>(#name) args; \
  }
#define ON_NAME(result, name, params, args)    \
  result name params {                         \
    step();                                    \
    return next<result(*) params>(#name) args; \
  }
#define ON_SYNC(name)                             \
  int name(int fd) {                              \
    step();                                       \
    const int rc = next<int (*)(int)>(#name)(fd); \
    if (rc == 0) note_sync(fd);                   \
    return rc;                                    \
  }

// Of bytes that are read, and of those that are written to `fd`; what is moved is called `size`.
#define READ_SOME(name, params, args, whole)                   \
  ssize_t name params {                                        \
    if (!(whole) && !is_duckdb(__builtin_return_address(0))) { \
      if (is_interrupted()) return -1;                         \
      size = some_of(size);                                    \
    }                                                          \
    return next<ssize_t(*) params>(#name) args;                \
  }
#define WRITE_SOME(name, params, args, fd)      \
  ssize_t name params {                         \
    if (is_interrupted()) return -1;            \
    size = some_of(size);                       \
    write_step(fd);                             \
    return next<ssize_t(*) params>(#name) args; \
  }

READ_SOME(read, (int fd, void* data, size_t size), (fd, data, size), false)
READ_SOME(pread, (int fd, void* data, size_t size, off_t at), (fd, data, size, at), is_pack_of_git(fd))
READ_SOME(pread64, (int fd, void* data, size_t size, off64_t at), (fd, data, size, at), is_pack_of_git(fd))
WRITE_SOME(write, (int fd, const void* data, size_t size), (fd, data, size), fd)
WRITE_SOME(pwrite, (int fd, const void* data, size_t size, off_t at), (fd, data, size, at), fd)
WRITE_SOME(pwrite64, (int fd, const void* data, size_t size, off64_t at), (fd, data, size, at), fd)
WRITE_SOME(copy_file_range, (int in, off64_t* from, int out, off64_t* to, size_t size, unsigned flags),
           (in, from, out, to, size, flags), out)
WRITE_SOME(sendfile, (int out, int in, off_t* from, size_t size), (out, in, from, size), out)
WRITE_SOME(sendfile64, (int out, int in, off64_t* from, size_t size), (out, in, from, size), out)
ON_FD(ssize_t, writev, (int fd, const struct iovec* parts, int count), (fd, parts, count), fd)
ON_FD(int, ftruncate, (int fd, off_t size), (fd, size), fd)
ON_FD(int, ftruncate64, (int fd, off64_t size), (fd, size), fd)
ON_FD(int, fallocate, (int fd, int mode, off_t at, off_t size), (fd, mode, at, size), fd)
ON_FD(int, fallocate64, (int fd, int mode, off64_t at, off64_t size), (fd, mode, at, size), fd)

ON_NAME(int, mkostemp, (char* pattern, int flags), (pattern, flags))
ON_NAME(int, mkostemp64, (char* pattern, int flags), (pattern, flags))
ON_NAME(int, mkstemp, (char* pattern), (pattern))
ON_NAME(int, mkstemp64, (char* pattern), (pattern))
ON_NAME(int, rename, (const char* from, const char* to), (from, to))
ON_NAME(int, renameat, (int a, const char* from, int b, const char* to), (a, from, b, to))
ON_NAME(int, renameat2, (int a, const char* from, int b, const char* to, unsigned flags), (a, from, b, to, flags))
ON_NAME(int, link, (const char* from, const char* to), (from, to))
ON_NAME(int, linkat, (int a, const char* from, int b, const char* to, int flags), (a, from, b, to, flags))
ON_NAME(int, symlink, (const char* from, const char* to), (from, to))
ON_NAME(int, symlinkat, (const char* from, int dir, const char* to), (from, dir, to))
ON_NAME(int, unlink, (const char* path), (path))
ON_NAME(int, unlinkat, (int dir, const char* path, int flags), (dir, path, flags))
ON_NAME(int, mkdir, (const char* path, mode_t mode), (path, mode))
ON_NAME(int, mkdirat, (int dir, const char* path, mode_t mode), (dir, path, mode))
ON_NAME(int, rmdir, (const char* path), (path))
ON_NAME(int, truncate, (const char* path, off_t size), (path, size))

ON_SYNC(fsync)
ON_SYNC(fdatasync)

int syncfs(int fd) {
  step();
  const int rc = next<int (*)(int)>("syncfs")(fd);
  if (rc == 0) note("A\n", 2);
  return rc;
}

int ioctl(int fd, unsigned long request, ...) {
  va_list args;
  va_start(args, request);
  void* argument = va_arg(args, void*);
  va_end(args);
  if (request == FICLONE) write_step(fd);
  return next<int (*)(int, unsigned long, ...)>("ioctl")(fd, request, argument);
}

FILE* fopen(const char* path, const char* mode) {
  if (mode[0] != 'r' || strchr(mode, '+') != nullptr) step();
  return next<FILE* (*)(const char*, const char*)>("fopen")(path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
  if (mode[0] != 'r' || strchr(mode, '+') != nullptr) step();
  return next<FILE* (*)(const char*, const char*)>("fopen64")(path, mode);
}

}  // extern "C"

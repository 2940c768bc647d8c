#include "lib/trace/calls.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstddef>

namespace mlo {
namespace {

struct TracedCall {
  std::uint32_t number;
  CallKind kind;
};

constexpr TracedCall kCalls[] = {
#ifdef SYS_open  // 64-bit ARM has only the calls that take a directory
    {SYS_open, CallKind::open},         {SYS_creat, CallKind::creat},
    {SYS_rename, CallKind::rename},     {SYS_link, CallKind::link},
    {SYS_unlink, CallKind::remove},     {SYS_rmdir, CallKind::remove},
    {SYS_mkdir, CallKind::mkdir},       {SYS_symlink, CallKind::symlink},
#endif
#ifdef SYS_renameat
    {SYS_renameat, CallKind::renameat},
#endif
    {SYS_openat, CallKind::openat},     {437, CallKind::openat2},
    {SYS_execve, CallKind::execve},     {SYS_execveat, CallKind::execveat},
    {SYS_truncate, CallKind::truncate}, {SYS_renameat2, CallKind::renameat},
    {SYS_linkat, CallKind::linkat},     {SYS_symlinkat, CallKind::symlinkat},
    {SYS_unlinkat, CallKind::removeat}, {SYS_mkdirat, CallKind::mkdirat},
    {SYS_chroot, CallKind::leaves},     {SYS_pivot_root, CallKind::leaves},
    {SYS_mount, CallKind::leaves},      {429, CallKind::leaves},  // move_mount
    {SYS_setns, CallKind::leaves},      {SYS_open_by_handle_at, CallKind::leaves},
};

/// Whether it moves no content from one name to another.
constexpr bool is_of_names_only(CallKind kind) {
  return kind == CallKind::remove || kind == CallKind::removeat || kind == CallKind::mkdir || kind == CallKind::mkdirat;
}

constexpr std::uint32_t kIoUringSetup = 425;
#if defined(__x86_64__)
constexpr std::uint32_t kNative = AUDIT_ARCH_X86_64, kX32 = 0x40000000;
#elif defined(__aarch64__)
constexpr std::uint32_t kNative = AUDIT_ARCH_AARCH64;
#else
#error "which audit architecture is this?"
#endif

/// Where the lower half of an argument is; the upper one comes next on machines that are little-endian.
constexpr std::uint32_t argument(std::size_t i) {
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + i * sizeof(std::uint64_t));
}

class Program {
 public:
  explicit Program(std::uint32_t stop) : stop_(stop) {}
  void load(std::uint32_t offset) { code_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)); }
  void end(std::uint32_t action) { code_.push_back(BPF_STMT(BPF_RET | BPF_K, action)); }
  /// Passes over so many instructions where the test holds, and where it does not.
  void test(int how, std::uint32_t value, std::uint8_t if_true, std::uint8_t if_false) {
    code_.push_back(BPF_JUMP(static_cast<std::uint16_t>(BPF_JMP | BPF_K | how), value, if_true, if_false));
  }
  void stop_unless_place(std::uint32_t number, std::size_t flags) {
    test(BPF_JEQ, number, 0, 4);
    load(argument(flags));
    test(BPF_JSET, O_DIRECTORY | O_PATH, 1, 0);
    end(stop_);
    end(SECCOMP_RET_ALLOW);
  }
  void stop_unless_passed(std::uint32_t number, std::size_t at, std::uint64_t pass) {
    test(BPF_JEQ, number, 0, 6);
    load(argument(at));
    test(BPF_JEQ, static_cast<std::uint32_t>(pass), 0, 3);
    load(argument(at) + 4);
    test(BPF_JEQ, static_cast<std::uint32_t>(pass >> 32U), 0, 1);
    end(SECCOMP_RET_ALLOW);
    end(stop_);
  }
  void answer(std::uint32_t number, std::uint32_t action) {
    test(BPF_JEQ, number, 0, 1);
    end(action);
  }
  std::vector<sock_filter> take() { return std::move(code_); }

 private:
  std::uint32_t stop_;
  std::vector<sock_filter> code_;
};

}  // namespace

std::optional<CallKind> kind_of_call(int number) {
  for (const TracedCall& call : kCalls) {
    if (static_cast<int>(call.number) == number) return call.kind;
  }
  return std::nullopt;
}

std::vector<sock_filter> call_filter(std::uint32_t action, std::uint64_t pass, CallSet calls) {
  constexpr std::uint32_t kDeny = SECCOMP_RET_ERRNO | ENOSYS;
  Program program(action);
  program.load(offsetof(seccomp_data, arch));
  program.test(BPF_JEQ, kNative, 1, 0);
  program.end(kDeny);
  program.load(offsetof(seccomp_data, nr));
#if defined(__x86_64__)
  program.test(BPF_JGE, kX32, 0, 1);
  program.end(kDeny);
#endif
  program.answer(kIoUringSetup, kDeny);
  for (const TracedCall& call : kCalls) {
    if (calls == CallSet::content && is_of_names_only(call.kind)) continue;
    if (call.kind == CallKind::open) {
      program.stop_unless_place(call.number, 1);
    } else if (call.kind == CallKind::openat) {
      program.stop_unless_place(call.number, 2);
    } else if (call.kind == CallKind::execve) {
      program.stop_unless_passed(call.number, 3, pass);
    } else {
      program.answer(call.number, action);
    }
  }
  program.end(SECCOMP_RET_ALLOW);
  return program.take();
}

}  // namespace mlo

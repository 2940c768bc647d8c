#include "lib/trace/stopped_thread.hpp"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include <algorithm>

#if defined(__aarch64__)
#include <asm/ptrace.h>
#endif

namespace mlo {
namespace {

#if defined(__x86_64__)
using Registers = user_regs_struct;

StoppedCall call_in(const Registers& r) {
  return {static_cast<int>(r.orig_rax), {r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9}};
}

bool skip_call(pid_t, Registers& r, int error) {
  r.orig_rax = static_cast<unsigned long long>(-1);
  r.rax = static_cast<unsigned long long>(-error);
  return true;
}
#elif defined(__aarch64__)
using Registers = user_pt_regs;

StoppedCall call_in(const Registers& r) {
  return {static_cast<int>(r.regs[8]), {r.regs[0], r.regs[1], r.regs[2], r.regs[3], r.regs[4], r.regs[5]}};
}

/// The number of the call is no register there.
bool skip_call(pid_t thread, Registers& r, int error) {
  constexpr int kSystemCall = 0x404;
  int none = -1;
  iovec number{&none, sizeof none};
  r.regs[0] = static_cast<std::uint64_t>(-error);
  return ::ptrace(PTRACE_SETREGSET, thread, kSystemCall, &number) == 0;
}
#endif

bool read_registers(pid_t thread, Registers& registers) {
  iovec place{&registers, sizeof registers};
  return ::ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &place) == 0;
}

}  // namespace

bool read_call(pid_t thread, StoppedCall& call) {
  Registers registers{};
  if (!read_registers(thread, registers)) return false;
  call = call_in(registers);
  return true;
}

bool fail_call(pid_t thread, int error) {
  Registers registers{};
  if (!read_registers(thread, registers) || !skip_call(thread, registers, error)) return false;
  iovec place{&registers, sizeof registers};
  return ::ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &place) == 0;
}

bool go_on(pid_t thread, int signal) { return ::ptrace(PTRACE_CONT, thread, 0, signal) == 0; }

}  // namespace mlo

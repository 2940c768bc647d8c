#pragma once
#include <sys/types.h>

#include <cstdint>

// A thread stopped by ptrace before a system call. Only system calls, for a process that was forked. False: it is gone.
namespace mlo {

struct StoppedCall {
  int number = 0;
  std::uint64_t args[6] = {};
};

bool read_call(pid_t thread, StoppedCall& call);
/// Instead of the call being made it fails.
bool fail_call(pid_t thread, int error);
bool go_on(pid_t thread, int signal = 0);

}  // namespace mlo

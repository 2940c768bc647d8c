#pragma once
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string_view>
#include <vector>

// Systems that answer some calls as a hardened container or an old kernel does.
namespace mlo::test {

struct Refusal {
  std::string_view name;
  unsigned number;
  unsigned flag;  ///< of the second argument, without which the call is let through; 0: none is
  unsigned error;
};

constexpr Refusal kRefusals[] = {
    {"notifications", SYS_seccomp, 1U << 3U, EPERM},      {"ptrace", SYS_ptrace, 0, EPERM},
    {"process_vm_readv", SYS_process_vm_readv, 0, EPERM}, {"pidfd_open", SYS_pidfd_open, 0, ENOSYS},
    {"close_range", SYS_close_range, 0, ENOSYS},
};

/// From now on the calls of these names are refused to this thread and all that it starts. False with errno set if
/// nothing can be refused, EINVAL for a name that is none of them.
inline bool refuse_calls(const std::vector<std::string_view>& names) {
  std::vector<sock_filter> code;
  for (const std::string_view name : names) {
    const Refusal* found = nullptr;
    for (const Refusal& each : kRefusals) found = each.name == name ? &each : found;
    if (found == nullptr) return errno = EINVAL, false;
    const auto past = static_cast<unsigned char>(found->flag == 0 ? 1 : 3);
    code.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, found->number, 0, past));
    if (found->flag != 0) {
      code.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[1])));
      code.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, found->flag, 0, 1));
    }
    code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | found->error));
  }
  code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

}  // namespace mlo::test

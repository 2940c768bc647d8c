#pragma once
#include <sys/types.h>

#include <cstdint>

// The process that stops the threads of a stage by ptrace. ptrace tells of a stop only by wait(), and only the one who
// traces: a thread of ours would take from others what they wait for, and cannot poll. So that is a process of its own,
// which keeps nothing but who is stopped and passes calls on, one at a time.
namespace mlo {

/// What the stopper says. It ends after `over`, and without that only if it cannot go on.
struct StopperWord {
  enum Kind : std::uint32_t {
    ready,   ///< calls of the command stop
    failed,  ///< they do not, for `error`; it runs on
    call,    ///< one waits until an answer (an int: 0, or the errno with which it fails) is sent
    over,    ///< all that it traced are gone
  };
  std::uint32_t kind = ready;
  std::int32_t error = 0;
  std::int32_t thread = 0;
  std::int32_t number = 0;
  std::uint64_t args[6] = {};
};

/// What a command to trace calls once its filter is there: openat without a path and with this as its fourth argument.
/// It fails with kProbeAnswer if it was stopped.
constexpr int kProbeAnswer = 114;  // EALREADY, which openat knows nothing of

struct StopperSpec {
  int words;     ///< socket: words out, answers in; its end ends this process
  int command;   ///< socket: the command sends its number, is told 0 or an errno, and may send why it has no filter
  pid_t parent;  ///< which it does not outlive
  std::uint64_t probe;  ///< see kProbeAnswer
};

/// Is the stopper, in a process just forked from one that may have threads: only system calls. All signals are blocked.
[[noreturn]] void be_stopper(const StopperSpec& spec);

}  // namespace mlo

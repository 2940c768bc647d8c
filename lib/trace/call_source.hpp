#pragma once
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/trace/calls.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/process.hpp"

// The layers by which the kernel can stop the calls of a tree of processes until somebody has looked at them.
namespace mlo {

/// A call that waits until it is answered.
struct WaitingCall {
  std::uint64_t id = 0;
  pid_t thread = 0;  ///< 0: hidden from us
  int number = 0;
  std::uint64_t args[6] = {};
};

/// What a traced command does to itself before it starts. It can never gain privileges then: setuid programs run as
/// their caller.
struct TraceConfinement : Confinement {
  int landlock_fd = -1;                                ///< a ruleset of Landlock; borrowed. -1: none
  bool (*watched)(const TraceConfinement&) = nullptr;  ///< as `enter`, for the layer; null: nothing is traced
  const std::vector<sock_filter>* filter = nullptr;    ///< of the layer
  int socket = -1;                                     ///< of the layer
  pid_t tracer = 0;                                    ///< of the layer
};

/// One layer, for one command after the other and one thread.
class CallSource {
 public:
  virtual ~CallSource() = default;
  /// "seccomp", "ptrace"
  virtual std::string_view name() const = 0;
  /// Makes a command start with its calls stopping here. Borrows from this object until attach().
  virtual void arm(TraceConfinement& confinement) = 0;
  /// The armed command has started. Why its calls do not stop here, in words; nothing if they do.
  virtual std::optional<std::string> attach() = 0;
  /// Readable when a call waits; -1 once all that could call are gone.
  virtual int poll_fd() const = 0;
  /// The call that waits; nothing if it is gone again. `events`: what poll() says of the descriptor. Error{io} if there
  /// will be no more although there are calls.
  virtual std::optional<WaitingCall> receive(short events) = 0;
  /// Lets it go on, or fail with `error`. False if it is known to be gone. Error{io} as above.
  virtual bool answer(const WaitingCall& call, int error) = 0;
  /// Nobody cares any more: calls that come go on, or fail with ENOSYS.
  virtual void detach() = 0;
};

/// User notification (Linux 5.5): one descriptor tells of all. Null: not here; `why_not` says why.
std::unique_ptr<CallSource> find_notifications(CallSet calls, std::string& why_not);
/// ptrace, by a process of its own that must be told of each thread; what a traced program does with ptrace fails.
/// `instead_of`: why it is taken, for its own reasons to fail.
std::unique_ptr<CallSource> make_stops(CallSet calls, std::string instead_of);

/// No program calls execve with this as its fourth argument by chance, and no other mlo has the same.
std::uint64_t call_pass();
/// In a new process: installs the filter with these flags of seccomp(2), or, if that is an old system's, without
/// `newer`. What seccomp returns, with errno.
long install_filter(const std::vector<sock_filter>& filter, unsigned long flags, unsigned long newer);

}  // namespace mlo

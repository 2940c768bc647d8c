#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lib/trace/call_source.hpp"
#include "lib/trace/stopper.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

template <class T>
bool receive_one(int socket, T& into) {
  ssize_t got = 0;
  do {
    got = ::recv(socket, &into, sizeof into, 0);
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof into);
}

template <class T>
bool send_one(int socket, const T& word) {
  return ::send(socket, &word, sizeof word, MSG_NOSIGNAL) == static_cast<ssize_t>(sizeof word);
}

/// In the child: only system calls. It runs untraced if it cannot be traced, and the stopper says why.
bool have_self_stopped(const TraceConfinement& confinement) {
  ::prctl(PR_SET_PTRACER, confinement.tracer, 0, 0, 0);  // where only parents may trace (yama)
  int refused = 0;
  if (!send_one(confinement.socket, ::getpid()) || !receive_one(confinement.socket, refused) || refused != 0)
    return true;
  constexpr unsigned long kSpecAllow = 1UL << 2U;
  if (install_filter(*confinement.filter, 0, kSpecAllow) < 0) {
    send_one(confinement.socket, errno);
  } else if (::syscall(SYS_openat, AT_FDCWD, nullptr, 0, confinement.pass) >= 0 || errno != kProbeAnswer) {
    send_one(confinement.socket, EBUSY);
  }
  return true;
}

/// Forks without a handler of ours ever running there.
pid_t fork_stopper(const StopperSpec& spec) {
  sigset_t before, all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) be_stopper(spec);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return pid;
}

class Stops : public CallSource {
 public:
  Stops(CallSet calls, std::string instead_of)
      : filter_(call_filter(SECCOMP_RET_TRACE, call_pass(), calls)), instead_of_(std::move(instead_of)) {}
  ~Stops() override { end(); }

  std::string_view name() const override { return "ptrace"; }

  void arm(TraceConfinement& confinement) override {
    end();
    int words[2], command[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, words) != 0) throw_errno("create", "socket pair");
    words_ = UniqueFd(words[0]);
    const UniqueFd its_words(words[1]);
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, command) != 0) throw_errno("create", "socket pair");
    command_ = UniqueFd(command[0]);
    const UniqueFd its_command(command[1]);
    stopper_ = fork_stopper({its_words.get(), its_command.get(), ::getpid(), call_pass()});
    if (stopper_ < 0) throw_errno("start", "tracer");
    confinement.watched = have_self_stopped;
    confinement.filter = &filter_;
    confinement.pass = call_pass();
    confinement.socket = command_.get();
    confinement.tracer = stopper_;
  }

  std::optional<std::string> attach() override {
    command_.reset();
    StopperWord word;
    const bool heard = receive_one(words_.get(), word);
    if (heard && word.kind == StopperWord::ready) return std::nullopt;
    // It stays: what it has of the command must go on.
    words_.reset();
    if (!heard) return fmt::format("{}; ptrace: the tracer ended", instead_of_);
    if (word.kind != StopperWord::failed) return "it ended before it was traced";
    const bool is_refused = word.error == EPERM || word.error == EBUSY;
    return fmt::format("{}; ptrace: {}{}", instead_of_, std::strerror(word.error),
                       is_refused ? " (another trace around it, or kernel.yama.ptrace_scope)" : "");
  }

  int poll_fd() const override { return words_.get(); }

  std::optional<WaitingCall> receive(short) override {
    StopperWord word;
    if (!receive_one(words_.get(), word)) throw Error(ErrorKind::io, "the tracer ended");
    if (word.kind == StopperWord::over) return words_.reset(), std::nullopt;
    if (word.kind != StopperWord::call) return std::nullopt;
    WaitingCall out{0, word.thread, word.number, {}};
    std::copy(std::begin(word.args), std::end(word.args), std::begin(out.args));
    return out;
  }

  bool answer(const WaitingCall&, int error) override {
    if (!send_one(words_.get(), error)) throw Error(ErrorKind::io, "the tracer ended");
    return true;
  }

  void detach() override { end(); }

 private:
  /// The kernel lets go of all that it traced.
  void end() {
    words_.reset();
    command_.reset();
    if (stopper_ <= 0) return;
    ::kill(stopper_, SIGKILL);
    while (::waitpid(stopper_, nullptr, 0) < 0 && errno == EINTR) {
    }
    stopper_ = -1;
  }

  const std::vector<sock_filter> filter_;
  const std::string instead_of_;
  UniqueFd words_, command_;
  pid_t stopper_ = -1;
};

}  // namespace

std::unique_ptr<CallSource> make_stops(CallSet calls, std::string instead_of) {
  return std::make_unique<Stops>(calls, std::move(instead_of));
}

}  // namespace mlo

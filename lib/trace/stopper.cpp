#include "lib/trace/stopper.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "lib/trace/stopped_thread.hpp"

namespace mlo {
namespace {

constexpr int kStopEvent = 128;  // PTRACE_EVENT_STOP

/// Threads that are stopped in a call, first come, first served. One that died leaves a hole.
class Line {
 public:
  /// False if there is no memory, of which only what is used is taken.
  bool open() {
    void* const memory = ::mmap(nullptr, kPlaces * sizeof(pid_t), PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    places_ = static_cast<pid_t*>(memory);
    return memory != MAP_FAILED;
  }
  bool add(pid_t thread) {
    if (end_ - begin_ == kPlaces) return false;
    places_[end_++ % kPlaces] = thread;
    return true;
  }
  void forget(pid_t thread) {
    for (std::size_t i = begin_; i < end_; ++i) {
      if (places_[i % kPlaces] == thread) places_[i % kPlaces] = 0;
    }
  }
  /// 0: nobody waits.
  pid_t take() {
    while (begin_ < end_) {
      if (const pid_t thread = places_[begin_++ % kPlaces]; thread != 0) return thread;
    }
    return 0;
  }

 private:
  static constexpr std::size_t kPlaces = std::size_t{1} << 22U;  ///< as many as there are numbers of processes
  pid_t* places_ = nullptr;
  std::size_t begin_ = 0, end_ = 0;
};

/// Nothing of ours may stay open in a process that does not execute: not a lock, not the end of a pipe.
void close_all_but(int one, int other) {
  const auto low = static_cast<unsigned>(std::min(one, other)), high = static_cast<unsigned>(std::max(one, other));
  const auto close_range = [](unsigned first, unsigned last) {
    return first > last || ::syscall(SYS_close_range, first, last, 0U) == 0;
  };
  if ((low == 0 || close_range(0, low - 1)) && close_range(low + 1, high - 1) && close_range(high + 1, ~0U)) return;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  for (rlim_t fd = 0; fd < std::min<rlim_t>(limit.rlim_cur, 1U << 16U); ++fd) {
    if (fd != low && fd != high) ::close(static_cast<int>(fd));
  }
}

class Stopper {
 public:
  explicit Stopper(const StopperSpec& spec) : spec_(spec), words_(spec.words), command_(spec.command) {}

  [[noreturn]] void run() {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    signals_ = ::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals_ < 0 || !line_.open()) fail(errno);
    seize();
    for (;;) {
      pollfd waits[3] = {{signals_, POLLIN, 0}, {words_, POLLIN, 0}, {command_, POLLIN, 0}};
      if (::poll(waits, 3, -1) < 0 && errno != EINTR) ::_exit(1);
      if (waits[0].revents != 0) look();
      if (waits[1].revents != 0) hear_answer();
      if (waits[2].revents != 0) hear_command();
      ask_next();
    }
  }

 private:
  void say(const StopperWord& word) {
    if (words_ >= 0 && ::send(words_, &word, sizeof word, MSG_NOSIGNAL) != sizeof word) ::_exit(1);
  }
  [[noreturn]] void fail(int error) {
    say({.kind = StopperWord::failed, .error = error});
    ::_exit(0);
  }

  void seize() {
    pid_t leader = 0;
    if (receive(command_, &leader) != sizeof leader) ::_exit(0);  // it could not start
    constexpr long kOptions = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
    // Not PTRACE_O_EXITKILL: what outlives this process may, as it would outlive us without a trace. Its calls fail.
    const int error = ::ptrace(PTRACE_SEIZE, leader, 0, kOptions) == 0 ? 0 : errno;
    ::send(command_, &error, sizeof error, MSG_NOSIGNAL);
    if (error != 0) fail(error);
  }

  template <class T>
  static ssize_t receive(int socket, T* into, int flags = 0) {
    ssize_t got = 0;
    do {
      got = ::recv(socket, into, sizeof *into, flags);
    } while (got < 0 && errno == EINTR);
    return got;
  }

  /// Its calls may not stop, for which we need not be told: they must go on then.
  void hear_command() {
    int error = 0;
    if (receive(command_, &error, MSG_DONTWAIT) == sizeof error) {
      say({.kind = StopperWord::failed, .error = error});
      stop_asking();
    }
    ::close(command_);
    command_ = -1;
  }

  void stop_asking() {
    ::close(words_);
    words_ = -1;
    if (asked_ != 0) go_on(asked_);
    asked_ = 0;
  }

  void hear_answer() {
    int error = 0;
    if (receive(words_, &error) != sizeof error) ::_exit(0);  // nobody asks any more
    if (asked_ != 0 && (error == 0 || fail_call(asked_, error))) go_on(asked_);
    asked_ = 0;
    asks_ = false;
  }

  /// All that changed since we looked last.
  void look() {
    signalfd_siginfo seen;  // one for however many changes
    if (::read(signals_, &seen, sizeof seen) < 0 && errno != EAGAIN && errno != EINTR) ::_exit(1);
    for (;;) {
      int status = 0;
      const pid_t thread = ::waitpid(-1, &status, __WALL | WNOHANG);
      if (thread < 0 && errno == ECHILD) {
        if (command_ >= 0) hear_command();  // what it sent before it ended
        say({.kind = StopperWord::over});
        ::_exit(0);
      }
      if (thread <= 0) return;
      if (WIFSTOPPED(status)) {
        stopped(thread, status);
      } else {
        line_.forget(thread);
        if (thread == asked_) asked_ = 0;
      }
    }
  }

  void stopped(pid_t thread, int status) {
    const int event = status >> 16, signal = WSTOPSIG(status);
    if (event == PTRACE_EVENT_SECCOMP) return called(thread);
    const bool stays = signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
    if (event == kStopEvent && stays) {
      ::ptrace(PTRACE_LISTEN, thread, 0, 0);  // as long as it would stay without us
    } else {
      go_on(thread, event == 0 ? signal : 0);
    }
  }

  void called(pid_t thread) {
    if (words_ < 0) {
      go_on(thread);
    } else if (!line_.add(thread)) {
      ::_exit(1);
    }
  }

  /// One at a time, so that we never wait for the other side: it may be waiting for what only we can reap.
  void ask_next() {
    while (words_ >= 0 && !asks_) {
      const pid_t thread = line_.take();
      if (thread == 0) return;
      StoppedCall call;
      if (!read_call(thread, call)) continue;
      if (call.number == SYS_openat && call.args[1] == 0 && call.args[3] == spec_.probe) {
        say({.kind = StopperWord::ready});
        if (fail_call(thread, kProbeAnswer)) go_on(thread);
        continue;
      }
      StopperWord word{.kind = StopperWord::call, .thread = thread, .number = call.number};
      std::copy(std::begin(call.args), std::end(call.args), std::begin(word.args));
      say(word);
      asked_ = thread;
      asks_ = true;
    }
  }

  const StopperSpec& spec_;
  int words_, command_, signals_ = -1;
  Line line_;
  pid_t asked_ = 0;    ///< stopped in the call that was passed on; 0: gone meanwhile
  bool asks_ = false;  ///< an answer is to come
};

}  // namespace

void be_stopper(const StopperSpec& spec) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != spec.parent) ::_exit(1);
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  ::sigaction(SIGCHLD, &standard, nullptr);  // who ignores it is told of no stops
  close_all_but(spec.words, spec.command);
  Stopper(spec).run();
}

}  // namespace mlo

#include "lib/pipeline/supervise.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>

#include "lib/util/error.hpp"

namespace mlo {
namespace {

struct Pipe {
  UniqueFd read, write;
};

Pipe make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) throw_errno("create", "pipe");
  Pipe pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
  ::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

/// Wakes poll when `stop` is set.
class StopSignal {
 public:
  explicit StopSignal(const std::stop_token& stop)
      : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), callback_(stop, [this] { ::eventfd_write(fd_.get(), 1); }) {}
  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
  std::stop_callback<std::function<void()>> callback_;
};

class Timer {
 public:
  Timer() : fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {}
  void set(std::chrono::milliseconds after) {
    const auto ms = std::max<std::int64_t>(after.count(), 1);
    const itimerspec spec{{0, 0}, {static_cast<time_t>(ms / 1000), static_cast<long>(ms % 1000 * 1'000'000)}};
    ::timerfd_settime(fd_.get(), 0, &spec, nullptr);
  }
  bool expired() {
    std::uint64_t count = 0;
    return ::read(fd_.get(), &count, sizeof count) == sizeof count;
  }
  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

/// Hands on what can be read now; closes the pipe at its end.
void drain(UniqueFd& fd, StreamKind kind, const OutputSink& sink) {
  char buffer[32768];
  // Not for ever: one who writes faster than we read would keep us from looking after it.
  for (int reads = 0; fd && reads < 16; ++reads) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n > 0) {
      sink(kind, {buffer, static_cast<std::size_t>(n)});
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
      fd.reset();
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

/// One command from its start to its end.
class Supervision {
 public:
  Supervision(SupervisedCommand command, const std::stop_token& stop, const OutputSink& sink)
      : command_(std::move(command)),
        hold_(command_.hold),
        tracer_(command_.tracer),
        stop_(stop),
        stop_signal_(stop),
        sink_(sink) {}

  SupervisedExit run() {
    command_.process.stdout_fd = out_.write.get();
    command_.process.stderr_fd = err_.write.get();
    if (hold_ != nullptr) {
      hold_->arm(command_.process);
      command_.grace = hold_->grace();
    }
    set_deadline();
    start();
    out_.write.reset();
    err_.write.reset();
    if (hold_ != nullptr) look_timer_.emplace().set(hold_->pause());
    while (!step()) {
    }
    // The leader has ended but is not reaped, so its group still has its number: nothing of it may go on writing.
    if (ending_ || hold_ != nullptr) child_->signal(SIGKILL);
    result_.exit = child_->wait();
    if (hold_ != nullptr) {
      auto met = hold_->after(result_.exit);
      if (!result_.breach && !result_.timed_out && !result_.stopped && !result_.trace_broke)
        result_.breach = std::move(met);
    }
    if (tracer_ != nullptr) tracer_->detach();
    read_all();
    return std::move(result_);
  }

 private:
  void start() {
    if (tracer_ != nullptr) tracer_->arm(command_.process);
    child_.emplace(ChildProcess::start(command_.process));
    if (tracer_ != nullptr) tracer_->attach();
  }

  /// What it opens waits for us.
  void trace(short events) {
    tracer_->answer(events);
    if (!tracer_->broken() || result_.trace_broke) return;
    result_.trace_broke = true;
    end();
  }

  void set_deadline() {
    const auto left = hold_ == nullptr ? std::nullopt : hold_->time_left();
    stage_is_late_ = left && (!command_.timeout || *left < *command_.timeout);
    const auto deadline = stage_is_late_ ? left : command_.timeout;
    if (deadline) timer_.set(*deadline);
  }

  /// Waits for what comes next; true once the command has ended.
  bool step() {
    pollfd fds[7] = {{out_.read.get(), POLLIN, 0},
                     {err_.read.get(), POLLIN, 0},
                     {child_->poll_fd(), POLLIN, 0},
                     {timer_.fd(), POLLIN, 0},
                     {ending_ ? -1 : stop_signal_.fd(), POLLIN, 0},
                     {look_timer_ ? look_timer_->fd() : -1, POLLIN, 0},
                     {tracer_ == nullptr ? -1 : tracer_->poll_fd(), POLLIN, 0}};
    const bool silent = child_->poll_fd() < 0;  // then its end has to be asked for
    const int ready = ::poll(fds, 7, silent ? 20 : -1);
    if (ready < 0 && errno != EINTR) throw_errno("wait for", command_.process.argv[0]);
    if (ready > 0 && fds[6].revents != 0) {
      trace(fds[6].revents);
      if (ready == 1) return false;
    }
    read_all();
    if (fds[2].revents != 0 || (silent && child_->has_ended())) return true;
    const bool late = timer_.expired();
    if (ending_ && late) kill();
    if (!ending_ && late && stage_is_late_) {
      end(hold_->out_of_time());
    } else if (!ending_ && (late || stop_.stop_requested())) {
      result_.timed_out = late;
      result_.stopped = !late;
      end();
    }
    if (look_timer_ && look_timer_->expired()) {
      if (auto met = hold_->look(child_->pid())) end(std::move(*met));
      look_timer_->set(hold_->pause());
    }
    return false;
  }

  void read_all() {
    drain(out_.read, StreamKind::out, bounded_);
    drain(err_.read, StreamKind::err, bounded_);
  }

  void write(StreamKind kind, std::string_view bytes) {
    if (hold_ == nullptr) return sink_(kind, bytes);
    const bool was_full = hold_->log_is_full();
    auto met = hold_->log(bytes.size());
    if (!was_full) sink_(kind, bytes);
    if (met && child_) end(std::move(*met));
  }

  /// A bound was met: the first one counts.
  void end(Breach breach) {
    const bool at_once = breach.at_once;
    if (!ending_) result_.breach = std::move(breach);
    end();
    if (at_once) kill();
  }
  void end() {
    if (ending_) return;
    ending_ = true;
    child_->signal(SIGTERM);
    timer_.set(command_.grace);
  }
  void kill() {
    child_->signal(SIGKILL);
    if (hold_ != nullptr) hold_->kill_now();
  }

  SupervisedCommand command_;
  StageHold* hold_;
  Tracer* tracer_;
  const std::stop_token& stop_;
  const StopSignal stop_signal_;
  const OutputSink& sink_;
  const OutputSink bounded_ = [this](StreamKind kind, std::string_view bytes) { write(kind, bytes); };
  Pipe out_ = make_pipe(), err_ = make_pipe();
  Timer timer_;
  std::optional<Timer> look_timer_;
  std::optional<ChildProcess> child_;
  bool stage_is_late_ = false, ending_ = false;
  SupervisedExit result_;
};

}  // namespace

SupervisedExit supervise(SupervisedCommand command, const std::stop_token& stop, const OutputSink& sink) {
  return Supervision(std::move(command), stop, sink).run();
}

}  // namespace mlo

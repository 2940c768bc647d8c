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
  while (fd) {
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

}  // namespace

SupervisedExit supervise(SupervisedCommand command, const std::stop_token& stop, const OutputSink& sink) {
  Pipe out = make_pipe(), err = make_pipe();
  command.process.stdout_fd = out.write.get();
  command.process.stderr_fd = err.write.get();
  const StopSignal stop_signal(stop);
  Timer timer;
  SupervisedExit result;
  ChildProcess child = ChildProcess::start(command.process);
  out.write.reset();
  err.write.reset();
  if (command.timeout) timer.set(*command.timeout);
  bool ending = false;
  for (;;) {
    pollfd fds[5] = {{out.read.get(), POLLIN, 0},
                     {err.read.get(), POLLIN, 0},
                     {child.poll_fd(), POLLIN, 0},
                     {timer.fd(), POLLIN, 0},
                     {ending ? -1 : stop_signal.fd(), POLLIN, 0}};
    if (::poll(fds, 5, -1) < 0 && errno != EINTR) throw_errno("wait for", command.process.argv[0]);
    drain(out.read, StreamKind::out, sink);
    drain(err.read, StreamKind::err, sink);
    if (fds[2].revents != 0) break;
    const bool late = timer.expired();
    if (ending && late) child.signal(SIGKILL);
    if (!ending && (late || stop.stop_requested())) {
      ending = true;
      result.timed_out = late;
      result.stopped = !late;
      child.signal(SIGTERM);
      timer.set(command.grace);
    }
  }
  // The leader has ended but is not reaped, so its group still has its number: nothing of it may go on writing.
  if (ending) child.signal(SIGKILL);
  result.exit = child.wait();
  drain(out.read, StreamKind::out, sink);
  drain(err.read, StreamKind::err, sink);
  return result;
}

}  // namespace mlo

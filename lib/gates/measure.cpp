#include "lib/gates/measure.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "lib/util/error.hpp"
#include "lib/util/process.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

struct Pipe {
  UniqueFd read, write;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw_errno("make", "a pipe");
    read = UniqueFd(ends[0]);
    write = UniqueFd(ends[1]);
  }
};

[[noreturn]] void fail(const std::string& why) { throw Error(ErrorKind::error, "the command " + why); }

/// Waits for the descriptor in short turns, so that a wish to stop is heard. False at the deadline.
bool wait_ready(int fd, short events, Nanoseconds deadline, World& world) {
  for (;;) {
    check_stop(world);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - world.clock.monotonic());
    if (left.count() <= 0) return false;
    pollfd entry{fd, events, 0};
    const int rc = ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 100)));
    if (rc > 0) return true;
    if (rc < 0 && errno != EINTR) throw_errno("wait for", "the command");
  }
}

ProcessSpec shell(const LatencyProbe& probe, const World& world) {
  ProcessSpec spec{.argv = {"/bin/sh", "-c", probe.command}, .cwd = world.cwd, .env = world.env};
  spec.own_group = spec.dies_with_us = true;
  return spec;
}

std::string describe_exit(const ProcessExit& exit) {
  return exit.signal != 0 ? fmt::format("was killed by signal {}", exit.signal)
                          : fmt::format("ended with exit code {}", exit.code);
}

/// A process that answers each line with a line.
class Conversation {
 public:
  Conversation(const LatencyProbe& probe, World& world) : probe_(probe), world_(world), child_(start()) {
    requests_.read.reset();
    answers_.write.reset();
    for (const int fd : {requests_.write.get(), answers_.read.get()}) {
      if (::fcntl(fd, F_SETFL, O_NONBLOCK) != 0) throw_errno("prepare", "a pipe");
    }
  }

  void ask(const std::string& request) {
    const Nanoseconds deadline = world_.clock.monotonic() + probe_.timeout;
    send(request + "\n", deadline);
    receive(deadline);
  }

 private:
  ChildProcess start() {
    ProcessSpec spec = shell(probe_, world_);
    spec.stdin_fd = requests_.read.get();
    spec.stdout_fd = answers_.write.get();
    return ChildProcess::start(spec);
  }

  [[noreturn]] void ended() { fail(describe_exit(child_.wait()) + " before it answered"); }
  [[noreturn]] void late() {
    fail(fmt::format("did not answer within {}", format_seconds(static_cast<double>(probe_.timeout.count()) / 1000)));
  }

  void send(std::string_view text, Nanoseconds deadline) {
    while (!text.empty()) {
      if (!wait_ready(requests_.write.get(), POLLOUT, deadline, world_)) late();
      const ssize_t n = ::write(requests_.write.get(), text.data(), text.size());
      if (n < 0 && errno == EPIPE) ended();
      if (n < 0 && errno != EAGAIN && errno != EINTR) throw_errno("write to", "the command");
      if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  /// One line; what comes after it in the same breath is no answer to anything and is an error.
  void receive(Nanoseconds deadline) {
    char buffer[1U << 16U];
    for (;;) {
      if (!wait_ready(answers_.read.get(), POLLIN, deadline, world_)) late();
      const ssize_t n = ::read(answers_.read.get(), buffer, sizeof buffer);
      if (n == 0) ended();
      if (n < 0 && errno != EAGAIN && errno != EINTR) throw_errno("read from", "the command");
      if (n <= 0) continue;
      const std::string_view text(buffer, static_cast<std::size_t>(n));
      const std::size_t end = text.find('\n');
      if (end == std::string_view::npos) continue;
      if (end + 1 != text.size()) fail("wrote more than one line for one request");
      return;
    }
  }

  const LatencyProbe& probe_;
  World& world_;
  Pipe requests_, answers_;
  ChildProcess child_;
};

void run_once(const LatencyProbe& probe, World& world) {
  ChildProcess child = ChildProcess::start(shell(probe, world));
  if (!wait_ready(child.poll_fd(), POLLIN, world.clock.monotonic() + probe.timeout, world))
    fail(fmt::format("did not end within {}", format_seconds(static_cast<double>(probe.timeout.count()) / 1000)));
  const ProcessExit exit = child.wait();
  if (exit.code != 0) fail(describe_exit(exit));
}

}  // namespace

std::vector<double> measure_latency(const LatencyProbe& probe, World& world) {
  std::optional<Conversation> conversation;
  if (!probe.requests.empty()) conversation.emplace(probe, world);
  std::vector<double> out;
  for (std::uint64_t i = 0; i < probe.warmup + probe.samples; ++i) {
    check_stop(world);
    const Nanoseconds begin = world.clock.monotonic();
    if (conversation) {
      conversation->ask(probe.requests[i % probe.requests.size()]);
    } else {
      run_once(probe, world);
    }
    const Nanoseconds took = world.clock.monotonic() - begin;
    if (i >= probe.warmup) out.push_back(static_cast<double>(took.count()) / 1e6);
  }
  return out;
}

}  // namespace mlo

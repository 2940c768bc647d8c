#include "cli/host.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <thread>

#include "cli/exit_code.hpp"
#include "lib/bounds/process_tree.hpp"
#include "lib/util/error.hpp"

namespace mlo::cli {
namespace {

class SystemClock : public Clock {
 public:
  UtcTime now() override {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return UtcTime::from_micros(std::chrono::duration_cast<std::chrono::microseconds>(since).count());
  }
  std::chrono::nanoseconds monotonic() override { return std::chrono::steady_clock::now().time_since_epoch(); }
  void sleep(std::chrono::nanoseconds time, const std::stop_token& stop) override {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, stop, time, [] { return false; });
  }
};

class SystemRng : public Rng {
 public:
  void fill(std::span<std::byte> out) override {
    while (!out.empty()) {
      const ssize_t n = ::getrandom(out.data(), out.size(), 0);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw_errno("read", "random bytes");
      out = out.subspan(static_cast<std::size_t>(n));
    }
  }
};

Environment read_environment() {
  Environment env;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) env.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return env;
}

/// 0, or the errno of what went wrong.
int write_stream(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n >= 0) {
      text.remove_prefix(static_cast<std::size_t>(n));
    } else if (errno == EAGAIN) {  // somebody else made it so
      pollfd ready{fd, POLLOUT, 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

void write_out(std::string_view text) {
  const int failure = write_stream(1, text);
  // A reader that went away (`mlo .. | head`) has what it wanted: what follows is dropped.
  if (failure == 0 || failure == EPIPE) return;
  throw Error(ErrorKind::io, fmt::format("cannot write standard output: {}", std::strerror(failure)))
      .hint("only what is shown is lost: what was done stays done");
}

/// Up to `size` bytes of stdin; empty at its end. Looks at `stop` while nothing comes.
std::string read_some(std::size_t size, const std::stop_token& stop) {
  pollfd ready{0, POLLIN, 0};
  while (::poll(&ready, 1, 100) <= 0) {
    if (stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
  }
  std::string bytes(size, '\0');
  ssize_t n = 0;
  while ((n = ::read(0, bytes.data(), size)) < 0) {
    if (errno != EINTR) throw_errno("read", "standard input");
  }
  bytes.resize(static_cast<std::size_t>(n));
  return bytes;
}

/// The first SIGINT, SIGTERM or SIGHUP asks for a clean stop; a second one ends the process, and all that it started,
/// at once. A thread waits for them, so that the request may take locks.
std::stop_token watch_signals(std::atomic<int>& stopped_by) {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  struct sigaction hangup {};
  if (::sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) sigaddset(&set, SIGHUP);  // no nohup
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::stop_source source;
  std::stop_token token = source.get_token();
  std::thread([set, source, &stopped_by]() mutable {
    int number = 0;
    if (sigwait(&set, &number) != 0) return;
    stopped_by = number;
    source.request_stop();
    do {  // a shell and its terminal may each send SIGHUP for one end of the session
      if (sigwait(&set, &number) != 0) return;
    } while (number == SIGHUP);
    kill_descendants();
    ::_exit(stopped_by == SIGHUP ? exit_code::hung_up : exit_code::interrupted);
  }).detach();
  return token;
}

}  // namespace

Host real_host() {
  // They live as long as the process; Host only borrows them.
  static SystemClock clock;
  static SystemRng rng;
  static std::atomic<int> stopped_by = 0;
  Host host;
  host.stop = watch_signals(stopped_by);
  host.stopped_by = [] { return stopped_by.load(); };
  host.out = write_out;
  host.err = [](std::string_view text) { write_stream(2, text); };
  host.read_stdin = [stop = host.stop] {
    std::string all;
    for (std::string part; !(part = read_some(65536, stop)).empty();) all += part;
    return all;
  };
  host.read_line = [stop = host.stop] {
    std::string line;
    for (std::string c; !(c = read_some(1, stop)).empty() && c != "\n";) line += c;
    return line;
  };
  host.in_is_terminal = ::isatty(0) == 1;
  host.out_is_terminal = ::isatty(1) == 1;
  host.err_is_terminal = ::isatty(2) == 1;
  winsize size{};
  if (host.out_is_terminal && ::ioctl(1, TIOCGWINSZ, &size) == 0) host.width = size.ws_col;
  host.env = read_environment();
  std::error_code code;
  host.cwd = std::filesystem::current_path(code);
  if (code) throw Error(ErrorKind::io, "cannot tell the current directory: " + code.message());
  host.executable = std::filesystem::read_symlink("/proc/self/exe", code);
  host.clock = &clock;
  host.rng = &rng;
  host.threads = std::max(1U, std::thread::hardware_concurrency());
  return host;
}

}  // namespace mlo::cli

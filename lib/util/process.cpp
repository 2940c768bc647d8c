#include "lib/util/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

struct Pipe {
  UniqueFd read, write;
};

Pipe make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) throw_errno("create", "pipe");
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

/// What the child needs, made ready before it exists.
struct ExecPlan {
  const ProcessSpec& spec;
  const char* program;
  char* const* argv;
  char* const* envp;
  int failure_to;  ///< a pipe for the errno of what went wrong in the child; it ends when the program is executed
  volatile bool shared = false;  ///< the child writes to our memory, so it was over when spawn() came back
};

/// In the child: only system calls. False with errno set if it cannot be held as it should.
bool hold_self(const ProcessSpec& spec) {
  if (spec.cgroup_fd >= 0 && ::write(spec.cgroup_fd, "0\n", 2) != 2) return false;
  for (const ProcessLimit& limit : spec.limits) {
    rlimit now{};
    const auto resource = static_cast<__rlimit_resource>(limit.resource);
    if (::getrlimit(resource, &now) != 0) return false;
    now.rlim_cur = limit.soft < now.rlim_max ? limit.soft : now.rlim_max;
    if (::setrlimit(resource, &now) != 0) return false;
  }
  if (spec.nice > 0) ::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + spec.nice);
  if (spec.first_to_go) {
    const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0 && ::write(fd, "500", 3) < 0) errno = 0;
    if (fd >= 0) ::close(fd);
  }
  return true;
}

/// Closes all from `first` on but one. An old kernel without the call leaks no more than any fork and exec.
void close_all_but(int kept, unsigned first) {
  const auto high = static_cast<unsigned>(kept);
  if (high > first) ::syscall(SYS_close_range, first, high - 1, 0U);
  ::syscall(SYS_close_range, high + 1, ~0U, 0U);
}

/// In the child, which shares our memory until it executes: only system calls, and nothing written but `shared`.
[[noreturn]] void exec_child(ExecPlan& plan) {
  const ProcessSpec& spec = plan.spec;
  plan.shared = true;
  const int failure_to = ::fcntl(plan.failure_to, F_DUPFD_CLOEXEC, 3);  // none of the standard streams
  const auto fail = [failure_to] {
    const int failure = errno;
    ::_exit(::write(failure_to, &failure, sizeof failure) < 0 ? 126 : 127);
  };
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  // Every one that this process handles: its handlers must not run in the child.
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction now {};
    const bool handled = ::sigaction(number, nullptr, &now) == 0 && now.sa_handler != SIG_DFL;
    if (handled && (now.sa_handler != SIG_IGN || number == SIGPIPE)) ::sigaction(number, &standard, nullptr);
  }
  // Not SIGHUP: what `nohup mlo` starts is to live on as well.
  for (const int number : {SIGINT, SIGTERM, SIGQUIT}) ::sigaction(number, &standard, nullptr);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  if (spec.own_group && ::setpgid(0, 0) != 0) fail();
  if (spec.dies_with_us && ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail();
  if (!hold_self(spec)) fail();
  // First above 2, so that no target is overwritten before it is used; then onto 0, 1, 2.
  int high[3];
  const int wanted[3] = {spec.stdin_fd, spec.stdout_fd, spec.stderr_fd};
  for (int i = 0; i < 3; ++i) {
    const int from = wanted[i] >= 0 ? wanted[i] : ::open("/dev/null", O_RDWR | O_CLOEXEC);
    high[i] = ::fcntl(from, F_DUPFD_CLOEXEC, 3);
    if (high[i] < 0) fail();
  }
  for (int i = 0; i < 3; ++i) {
    if (::dup2(high[i], i) < 0) fail();
  }
  if (!spec.cwd.empty() && ::chdir(spec.cwd.c_str()) != 0) fail();
  if (spec.confinement != nullptr && !spec.confinement->enter(*spec.confinement)) fail();
  // Now, not by O_CLOEXEC: the parent goes on before the kernel closes those, and could find a lock that it just gave
  // up still held.
  close_all_but(failure_to, 3);
  ::syscall(SYS_execve, plan.program, plan.argv, plan.envp, spec.confinement == nullptr ? 0 : spec.confinement->pass);
  fail();
  ::_exit(127);
}

/// vfork copies no page tables: with the records of ten thousand stages in memory a fork takes milliseconds. Back when
/// the child has executed its program or failed to; or before, where something makes a fork of it (a sanitizer, an
/// emulator).
[[gnu::noinline]] pid_t spawn(ExecPlan& plan) {
  sigset_t before, all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::vfork();
  if (pid == 0) exec_child(plan);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return pid;
}

/// What the child wrote before it gave up; 0 once it has executed its program, or was killed before.
int read_failure(int pipe) {
  int failure = 0;
  ssize_t got = 0;
  do {
    got = ::read(pipe, &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof failure) ? failure : 0;
}

ProcessExit exit_of(int status, const rusage& usage) {
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  ProcessExit exit;
  exit.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  exit.code = WIFSIGNALED(status) ? 128 + exit.signal : WEXITSTATUS(status);
  exit.rusage = {seconds(usage.ru_utime), seconds(usage.ru_stime), static_cast<std::uint64_t>(usage.ru_maxrss) * 1024};
  return exit;
}

}  // namespace

std::optional<fs::path> find_program(const std::string& name, const Environment& env) {
  if (name.find('/') != std::string::npos) return name;
  const std::string path = find_env(env, "PATH").value_or("/usr/local/bin:/usr/bin:/bin");
  for (const std::string_view dir : split(path, ':')) {
    fs::path candidate = fs::path(dir.empty() ? "." : dir) / name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return std::nullopt;
}

ChildProcess ChildProcess::start(const ProcessSpec& spec) {
  MLO_ASSERT(!spec.argv.empty());
  const auto program = find_program(spec.argv[0], spec.env);
  if (!program) throw Error(ErrorKind::not_found, fmt::format("cannot start `{}`: not found in PATH", spec.argv[0]));
  std::vector<std::string> args = spec.argv, vars;
  for (const auto& [name, value] : spec.env) vars.push_back(name + "=" + value);
  std::vector<char*> argv, envp;
  for (auto& arg : args) argv.push_back(arg.data());
  for (auto& var : vars) envp.push_back(var.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);

  Pipe failures = make_pipe();
  ChildProcess child;
  ExecPlan plan{spec, program->c_str(), argv.data(), envp.data(), failures.write.get()};
  child.pid_ = spawn(plan);
  if (child.pid_ < 0) throw_errno("start", spec.argv[0]);
  child.group_ = spec.own_group;
  failures.write.reset();
  // Children of other threads may still have the pipe: only without shared memory is its end worth waiting for.
  if (plan.shared) ::fcntl(failures.read.get(), F_SETFL, O_NONBLOCK);
  if (const int failure = read_failure(failures.read.get()); failure != 0) {
    child.wait();
    errno = failure;
    throw_errno("start", spec.argv[0]);
  }
  child.pidfd_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, child.pid_, 0)));
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      group_(other.group_),
      reaped_(other.reaped_),
      pidfd_(std::move(other.pidfd_)) {}

ChildProcess::~ChildProcess() {
  if (pid_ <= 0 || reaped_) return;
  signal(SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

bool ChildProcess::has_ended() const {
  siginfo_t info{};
  return reaped_ ||
         (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid_);
}

std::optional<ProcessExit> ChildProcess::try_wait() {
  int status = 0;
  rusage usage{};
  const pid_t got = ::wait4(pid_, &status, WNOHANG, &usage);
  if (got < 0 && errno != EINTR) throw_errno("wait for", "child process");
  if (got != pid_) return std::nullopt;
  reaped_ = true;
  return exit_of(status, usage);
}

ProcessExit ChildProcess::wait() {
  int status = 0;
  rusage usage{};
  while (::wait4(pid_, &status, 0, &usage) < 0) {
    if (errno != EINTR) throw_errno("wait for", "child process");
  }
  reaped_ = true;
  return exit_of(status, usage);
}

void ChildProcess::signal(int number) {
  if (pid_ <= 0 || reaped_) return;
  ::kill(group_ ? -pid_ : pid_, number);
}

ProcessOutput run_process(ProcessSpec spec, std::string_view input) {
  Pipe in = make_pipe(), out = make_pipe(), err = make_pipe();
  spec.stdin_fd = in.read.get();
  spec.stdout_fd = out.write.get();
  spec.stderr_fd = err.write.get();
  ChildProcess child = ChildProcess::start(spec);
  in.read.reset();
  out.write.reset();
  err.write.reset();
  ::fcntl(in.write.get(), F_SETFL, O_NONBLOCK);
  if (input.empty()) in.write.reset();

  ProcessOutput result;
  std::string buffer(65536, '\0');
  const auto drain = [&](UniqueFd& fd, std::string& into) {
    const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n > 0) into.append(buffer, 0, static_cast<std::size_t>(n));
    if (n == 0 || (n < 0 && errno != EINTR)) fd.reset();
  };
  while (out.read || err.read) {
    pollfd fds[3] = {{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}, {in.write.get(), POLLOUT, 0}};
    if (::poll(fds, 3, -1) < 0 && errno != EINTR) throw_errno("wait for", spec.argv[0]);
    if (fds[0].revents != 0) drain(out.read, result.out);
    if (fds[1].revents != 0) drain(err.read, result.err);
    if (fds[2].revents != 0) {
      const ssize_t n = ::write(in.write.get(), input.data(), input.size());
      if (n > 0) input.remove_prefix(static_cast<std::size_t>(n));
      // A reader that closed early (EPIPE) has what it wanted; SIGPIPE is ignored by cli/host.cpp.
      if (input.empty() || (n < 0 && errno != EAGAIN && errno != EINTR)) in.write.reset();
    }
  }
  result.exit = child.wait();
  return result;
}

}  // namespace mlo

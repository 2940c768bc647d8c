#pragma once
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/util/environment.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// A soft limit (setrlimit) of a process to start; what the hard one allows of it.
struct ProcessLimit {
  int resource = 0;
  std::uint64_t soft = 0;
};

/// What a process takes on itself, and on all that it starts, right before it executes its program.
struct Confinement {
  /// Called in the new process, which may share our memory: only system calls, and nothing of ours written. False with
  /// errno set: it must not start.
  bool (*enter)(const Confinement& self) = nullptr;
  std::uint64_t pass = 0;  ///< the fourth argument of the execve that ends the start; only a filter of calls sees it
};

/// What to start. Nothing is inherited that is not named here: descriptors are closed, the environment is exactly
/// `env`.
struct ProcessSpec {
  std::vector<std::string> argv = {};  ///< argv[0] is looked up in the PATH of `env`
  fs::path cwd = {};                   ///< absolute; empty means the caller's
  Environment env = {};
  int stdin_fd = -1;          ///< -1: /dev/null
  int stdout_fd = -1;         ///< -1: /dev/null
  int stderr_fd = -1;         ///< -1: /dev/null
  bool own_group = false;     ///< a process group of its own, so that signal() reaches its children too
  bool dies_with_us = false;  ///< SIGKILL as soon as the thread that started it ends, also by a crash
  std::vector<ProcessLimit> limits = {};
  int nice = 0;                              ///< this much nicer than the caller
  bool first_to_go = false;                  ///< before others where the kernel has no memory left
  int cgroup_fd = -1;                        ///< `cgroup.procs` of the group it is to be in from its first instruction
  const Confinement* confinement = nullptr;  ///< borrowed
};

/// The program that `name` means in the PATH of `env`; `name` itself if it has a `/`.
std::optional<fs::path> find_program(const std::string& name, const Environment& env);

/// What the kernel counted for a finished process and its waited-for children.
struct Rusage {
  double user_seconds = 0;
  double system_seconds = 0;
  std::uint64_t max_rss_bytes = 0;
};

struct ProcessExit {
  int code = 0;    ///< exit code, or 128 + signal as a shell would say
  int signal = 0;  ///< 0 if it exited by itself
  Rusage rusage;
};

/// A started process. Destruction kills (SIGKILL, whole group if it has one) and reaps one that still runs.
class ChildProcess {
 public:
  /// Throws Error{not_found} if the program is not there, Error{io} if it cannot be started.
  static ChildProcess start(const ProcessSpec& spec);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();
  pid_t pid() const { return pid_; }
  /// A pidfd that polls readable when the process has ended; owned by this object. -1 where the system has none: then
  /// ask has_ended() now and then.
  int poll_fd() const { return pidfd_.get(); }
  /// Whether it has, without waiting for it: its number, and that of its group, stay its own.
  bool has_ended() const;
  std::optional<ProcessExit> try_wait();
  ProcessExit wait();
  /// To the process, or to its group if it has one. Harmless once it has ended.
  void signal(int number);

 private:
  ChildProcess() = default;
  pid_t pid_ = -1;
  bool group_ = false;
  bool reaped_ = false;
  UniqueFd pidfd_;
};

struct ProcessOutput {
  ProcessExit exit;
  std::string out;
  std::string err;
};

/// Starts the process, feeds it `input`, collects both streams, waits. The fds of `spec` are ignored.
ProcessOutput run_process(ProcessSpec spec, std::string_view input = {});

}  // namespace mlo

#include <fcntl.h>
#include <sys/stat.h>

#include <thread>

#include "tests/support/refusals.hpp"
#include "tests/unit/trace/traced_run.hpp"

// A traced command lives as it would without a trace, by whatever layer; and which layer it is.
using namespace mlo;
using namespace mlo::test;

TEST_CASE("how a command ends is told as without a trace", "[trace]") {
  TracedRun run;
  CHECK(run.sh("exit 7").code == 7);
  CHECK(run.sh("kill -TERM $$").signal == SIGTERM);
  CHECK(run.sh("(kill -SEGV $(exec sh -c 'echo $PPID')) || exit 3").code == 3);
  const ProcessExit exit = run.sh("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done");
  CHECK(exit.rusage.user_seconds + exit.rusage.system_seconds > 0);
  CHECK(exit.rusage.max_rss_bytes > 0);
}

TEST_CASE("signals, stops and continues come to those for whom they are", "[trace]") {
  const std::string python = TracedRun::python();
  if (python.empty() || !TracedRun::possible()) return;
  TracedRun run;
  run.world.dir.write("a", "1");
  run.world.dir.write("main.py", R"(
import os, signal
got = []
signal.signal(signal.SIGUSR1, lambda *_: got.append(1))
for _ in range(20): os.kill(os.getpid(), signal.SIGUSR1)
assert len(got) == 20
child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGSTOP)
    open("a").close()
    os.kill(os.getpid(), signal.SIGTSTP)
    os._exit(5)
for _ in range(2):
    pid, status = os.waitpid(child, os.WUNTRACED)
    assert os.WIFSTOPPED(status), status
    os.kill(child, signal.SIGCONT)
    assert os.WIFCONTINUED(os.waitpid(child, os.WCONTINUED)[1])
assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 5
child = os.fork()
if child == 0:
    while True: open("a").close()
os.kill(child, signal.SIGSTOP)
assert os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1])
os.kill(child, signal.SIGKILL)
assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
)");
  CHECK(run.run({python, "-B", "main.py"}).code == 0);
  CHECK(run.reads == "a main.py");
}

TEST_CASE("a thread that executes a program becomes the process", "[trace]") {
  const std::string python = TracedRun::python();
  if (python.empty() || !TracedRun::possible()) return;
  TracedRun run;
  run.world.dir.write("a", "1");
  run.world.dir.write("main.py", R"(
import os, threading, time
def spin():
    while True: open("main.py").close()
for _ in range(3): threading.Thread(target=spin, daemon=True).start()
threading.Thread(target=lambda: os.execv("/bin/cat", ["cat", "a"])).start()
threading.Event().wait()
)");
  CHECK(run.run({python, "-B", "main.py"}).code == 0);
  CHECK(run.reads == "a main.py");
  CHECK(run.tracer->incomplete().empty());
}

TEST_CASE("what outlives its command lives on untraced", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  for (const char* const name : {"in", "out", "ready"}) REQUIRE(::mkfifo((run.world.dir / name).c_str(), 0600) == 0);
  const UniqueFd in(::open((run.world.dir / "in").c_str(), O_RDWR | O_CLOEXEC));
  const UniqueFd out(::open((run.world.dir / "out").c_str(), O_RDWR | O_CLOEXEC));
  // In a session of its own, as a daemon is. It has all open that it needs: what it opens fails.
  CHECK(run.sh("exec 3<in 4>out 5<>ready; setsid sh -c 'echo >&5; read line; (: < in) 2>/dev/null || echo $line' <&3 "
               ">&4 & read there <&5")
            .code == 0);
  REQUIRE(::write(in.get(), "hello\n", 6) == 6);
  char said[16] = {};
  REQUIRE(::read(out.get(), said, sizeof said) == 6);
  CHECK(std::string(said) == "hello\n");
}

TEST_CASE("a program that traces others itself works, or is told that it may not", "[trace]") {
  const std::string python = TracedRun::python();
  if (python.empty() || !TracedRun::possible()) return;
  TracedRun run;
  run.world.dir.write("a", "1");
  run.world.dir.write("main.py",
                      "import ctypes, sys\nopen('a')\nsys.exit(3 if ctypes.CDLL(None).ptrace(0, 0, 0, 0) else 0)\n");
  const int code = run.run({python, "-B", "main.py"}).code;
  CHECK(code == (run.tracer->method() == "ptrace" ? 3 : 0));
  CHECK(run.reads == "a main.py");
  CHECK(run.tracer->incomplete().empty());
}

TEST_CASE("ptrace takes over where the kernel does not notify", "[trace]") {
  TracedRun run;
  run.world.dir.write("a", "1");
  std::string method, incomplete, reads;
  const auto attempt = [&](const std::vector<std::string_view>& refused) {
    std::thread([&] {
      if (!refuse_calls(refused)) return;
      run.tracer.reset();
      run.sh("cat a");
      method = run.tracer->method();
      incomplete = run.tracer->incomplete();
      reads = run.reads;
    }).join();
  };
  attempt({"notifications"});
  if (method.empty()) {
    skip("no seccomp filter");
    return;
  }
  CHECK(incomplete.empty());
  CHECK(method == "ptrace");
  CHECK(reads == "a");
  attempt({"notifications", "process_vm_readv", "close_range"});
  CHECK(incomplete.empty());
  CHECK(reads == "a");
  attempt({"notifications", "ptrace"});
  CHECK(method == "none");
  CHECK(reads.empty());
  CHECK(incomplete ==
        "the system refuses to notify of system calls (Operation not permitted); ptrace: Operation not permitted "
        "(another trace around it, or kernel.yama.ptrace_scope)");
}

TEST_CASE("a trace whose tracer is killed is broken, and says so", "[trace]") {
  TracedRun run;
  run.world.dir.write("a", "1");
  std::string method, incomplete;
  bool broken = false;
  std::thread([&] {
    if (!refuse_calls({"notifications"})) return;
    // It is the one that has the command as its tracee.
    run.sh("while cat a; do kill -KILL $(sed -n 's/TracerPid:.//p' /proc/self/status) 2>/dev/null; done");
    method = run.tracer->method();
    incomplete = run.tracer->incomplete();
    broken = run.tracer->broken();
  }).join();
  if (method != "ptrace") {
    skip("no ptrace");
    return;
  }
  CHECK(broken);
  CHECK(incomplete == "the tracer ended");
}

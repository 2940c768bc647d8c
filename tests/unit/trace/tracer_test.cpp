#include "tests/unit/trace/traced_run.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <thread>

#include "tests/support/refusals.hpp"

// Real programs, traced: what they open is seen however they open it.
using namespace mlo;
using namespace mlo::test;
using Catch::Matchers::Contains;

TEST_CASE("what programs read and write is seen, each file once", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  run.world.dir.write("a.csv", "1\n");
  run.world.dir.write("b.csv", "2\n");
  CHECK(run.sh("cat a.csv a.csv > out; cp b.csv copy; cat out copy >/dev/null; [ -e a.csv ]; cat nothere || :").code ==
        0);
  CHECK(run.tracer->incomplete().empty());
  CHECK(run.tracer->method() != "none");
  CHECK(run.reads == "a.csv b.csv");  // what it made itself is no input
  CHECK(run.writes == "copy out");
  CHECK(run.tracer->programs().contains(fs::canonical("/bin/cat").string()));
}

TEST_CASE("several commands add up", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  run.world.dir.write("a", "1");
  run.world.dir.write("b", "1");
  CHECK(run.sh("cat a; echo > made").code == 0);
  CHECK(run.sh("cat b made").code == 0);
  CHECK(run.reads == "a b");
}

TEST_CASE("scripts and programs that are executed are read", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  run.world.dir.write("tool.sh", "#!/bin/sh\n. ./lib.sh\n");
  run.world.dir.write("lib.sh", "echo\n");
  run.world.dir.write("arg.sh", "echo\n");
  ::chmod((run.world.dir / "tool.sh").c_str(), 0755);
  CHECK(run.sh("./tool.sh; sh arg.sh").code == 0);
  CHECK(run.reads == "arg.sh lib.sh tool.sh");
}

TEST_CASE("names are taken from where the process is", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  fs::create_directories(run.world.dir / "sub/deep");
  run.world.dir.write("sub/a", "1");
  run.world.dir.write("sub/deep/b", "1");
  run.world.dir.write("c", "1");
  CHECK(run.sh("cd sub && cat a && cd deep && cat b ../../c && cat /proc/self/cwd/b").code == 0);
  CHECK(run.reads == "c sub/a sub/deep/b");
}

TEST_CASE("links lead to what they name, unless that is elsewhere", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  const TempDir outside;
  outside.write("far", "1");
  fs::create_directories(run.world.dir / "v3");
  fs::create_directories(run.world.dir / ".store");
  run.world.dir.write("v3/a", "1");
  run.world.dir.write("v3/b", "1");
  run.world.dir.write(".store/object", "1");
  fs::create_symlink("v3", run.world.dir / "current");
  fs::create_symlink("v3/b", run.world.dir / "latest");
  fs::create_symlink(".store/object", run.world.dir / "kept");
  fs::create_symlink(outside / "far", run.world.dir / "mounted");
  fs::create_symlink(run.world.dir.path(), outside / "back");
  CHECK(run.sh("cat current/a latest kept mounted '" + (outside / "back/v3/a").string() + "' .store/object").code == 0);
  CHECK(run.reads == "kept mounted v3/a v3/b");
}

TEST_CASE("what is moved into place was made", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  run.world.dir.write("old", "1");
  CHECK(run.sh("mkdir t; echo 1 > t/x; mv t made; cat made/x; echo 2 > f.tmp; mv f.tmp f; cat f; mv old new; cat new")
            .code == 0);
  CHECK(run.reads == "old");
  CHECK_THAT(run.writes, Contains("f") && Contains("made/x") && Contains("new"));
}

TEST_CASE("a file that only grows stays an input", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  run.world.dir.write("log", "1");
  run.world.dir.write("whole", "1");
  CHECK(run.sh("echo 2 >> log; cat log; echo 3 > whole; cat whole").code == 0);
  CHECK(run.reads == "log");
  CHECK(run.writes == "log whole");
}

TEST_CASE("names of any bytes and any length", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  const std::string name = "caf\xe9 \n$x";
  run.world.dir.write(name, "1");
  std::string deep;
  for (int i = 0; i < 18; ++i) deep.append(200, static_cast<char>('a' + i)).push_back('/');
  fs::create_directories(run.world.dir.path() / deep);
  run.world.dir.write(deep + "x", "1");
  CHECK(run.run({"/bin/cat", name, deep + "x"}).code == 0);
  CHECK(run.tracer->files().reads() == std::set<std::string>{deep + "x", name});
  CHECK(run.run({"/bin/cat", std::string(5000, 'a')}).code == 1);
  CHECK(run.tracer->incomplete().empty());
}

TEST_CASE("what reading does not mean is not noted", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  run.spec.unread = {"deps"};
  run.spec.untouched = {"out"};
  fs::create_directories(run.world.dir / "deps");
  fs::create_directories(run.world.dir / "out");
  run.world.dir.write("deps/a", "1");
  run.world.dir.write("deps2", "1");
  CHECK(run.sh("cat deps/a deps2; echo > deps/b; echo > out/x; cat out/x; ls deps; mkfifo p").code == 0);
  CHECK(run.reads == "deps2");
  CHECK(run.writes == "deps/b");
}

TEST_CASE("calls can be denied by name", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  run.world.dir.write("secret", "1");
  run.world.dir.write("open", "1");
  run.spec.denies = [](const FileUse& use) { return use.path == "secret" || (use.writes && use.path == "no"); };
  CHECK(run.sh("cat open; if cat secret; then exit 3; fi; if (echo > no); then exit 4; fi; echo > yes; "
               "if mv yes no; then exit 5; fi; [ ! -e no ]; if rm -f secret; then exit 6; fi; mkdir d; rmdir d")
            .code == 0);
  CHECK(run.tracer->denied() == std::set<std::string>{"no", "secret"});
  CHECK(run.reads == "open");
}

TEST_CASE("python: imports, threads, descriptors of directories, openat2, spawned children", "[trace]") {
  const std::string python = TracedRun::python();
  if (python.empty() || !TracedRun::possible()) return;
  TracedRun run;
  fs::create_directories(run.world.dir / "pkg");
  run.world.dir.write("pkg/__init__.py", "");
  run.world.dir.write("lib.py", "import pkg\n");
  for (const char* const name : {"t0", "t1", "t2", "t3", "at", "at2", "spawned", "forked", "fexec", "trunc"})
    run.world.dir.write(name, "#!/bin/sh\n");
  ::chmod((run.world.dir / "fexec").c_str(), 0755);
  run.world.dir.write("main.py", R"(
import ctypes, os, subprocess, threading, struct
import lib
def work(name):
    for _ in range(50): open(name).close()
threads = [threading.Thread(target=work, args=(f"t{i}",)) for i in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
here = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
os.chdir("/")
os.close(os.open("at", os.O_RDONLY, dir_fd=here))
how = struct.pack("QQQ", os.O_RDONLY, 0, 0)
fd = ctypes.CDLL(None, use_errno=True).syscall(437, here, b"at2", how, len(how))
assert fd >= 0, ctypes.get_errno()
os.fchdir(here)
subprocess.run(["cat", "spawned"], check=True)
if os.fork() == 0:
    open("forked").close(); os._exit(0)
os.wait()
subprocess.run(["cat"], stdin=open("/dev/null"), check=True)
fd = os.open("fexec", os.O_PATH)
if os.fork() == 0: os.execve(fd, ["x"], {})
os.wait()
os.truncate("trunc", 0)
assert ctypes.CDLL(None, use_errno=True).syscall(425, 1, 0) == -1 and ctypes.get_errno() in (38, 14)
)");
  const ProcessExit exit = run.run({python, "-B", "main.py"});
  CHECK(exit.code == 0);
  CHECK(run.reads == "at at2 fexec forked lib.py main.py pkg/__init__.py spawned t0 t1 t2 t3");
  CHECK(run.writes == "trunc");
  CHECK(run.tracer->incomplete().empty());
}

TEST_CASE("a static program is seen too", "[trace]") {
  if (!TracedRun::possible()) return;
  if (!fs::exists("/bin/busybox")) {
    skip("no busybox");
    return;
  }
  TracedRun run;
  run.world.dir.write("a", "1");
  CHECK(run.run({"/bin/busybox", "cat", "a"}).code == 0);
  CHECK(run.reads == "a");
}

TEST_CASE("processes that are killed in the middle leave nothing hanging", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  run.world.dir.write("a", "1");
  int calls = 0;
  const ProcessExit exit = run.run({"/bin/sh", "-c", "while :; do cat a; done"}, [&](ChildProcess& child) {
    if (++calls == 200) child.signal(SIGKILL);
  });
  CHECK(exit.signal == SIGKILL);
  CHECK(run.reads == "a");
  CHECK(run.sh("cat a").code == 0);  // and the next one works
}

TEST_CASE("a crowd of processes is answered", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  run.world.dir.write("a", "1");
  CHECK(run.sh("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do (cat a a a; echo > o$i) & done; wait")
            .code == 0);
  CHECK(run.reads == "a");
  CHECK(run.tracer->files().writes().size() == 20);
  CHECK(run.tracer->incomplete().empty());
}

TEST_CASE("two traces go on side by side", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun first, second;
  first.world.dir.write("a", "1");
  second.world.dir.write("b", "1");
  {
    std::jthread other([&] { second.sh("for i in 1 2 3 4 5; do cat b; done"); });
    CHECK(first.sh("for i in 1 2 3 4 5; do cat a; done").code == 0);
  }
  CHECK(first.reads == "a");
  CHECK(second.reads == "b");
}

TEST_CASE("a trace inside a trace says that it is none", "[trace]") {
  if (!TracedRun::possible()) return;
  for (const char* const refused : {"", "notifications"}) {
    TracedRun run;
    run.world.env["REFUSED"] = refused;
    CHECK(run.run({"/proc/self/exe", "what an inner trace says", "-o", "/dev/null"}).code == 0);
    INFO(refused);
    CHECK_THAT(read_file(run.world.dir / "said"), Contains("another trace"));
    CHECK(run.tracer->incomplete().empty());
  }
}

TEST_CASE("what an inner trace says", "[.]") {
  // Started by the test above, with the directory in which to say it.
  const char* const refused = ::getenv("REFUSED");  // NOLINT(concurrency-mt-unsafe)
  REQUIRE(refused != nullptr);
  if (*refused != '\0') REQUIRE(refuse_calls({refused}));
  write_file(fs::current_path() / "said", why_untraceable(fs::current_path()).value_or("nothing"), Durability::cache);
}

TEST_CASE("when nobody answers any more, calls fail instead of waiting", "[trace]") {
  if (!TracedRun::possible()) return;
  TracedRun run;
  run.world.dir.write("a", "1");
  const ProcessExit exit = run.run({"/bin/sh", "-c", "while cat a; do :; done; exit 3"}, [&](ChildProcess&) {
    if (run.tracer->files().reads().contains("a")) run.tracer->detach();
  });
  CHECK(exit.code == 3);
}

TEST_CASE("a program that cannot start is told as without a trace", "[trace]") {
  TracedRun run;
  CHECK_THROWS_AS(run.run({"/nothing/here"}), Error);
  CHECK(run.sh(":").code == 0);
}

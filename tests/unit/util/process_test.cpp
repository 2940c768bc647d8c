#include "lib/util/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using mlo::test::TestWorld;

namespace {

ProcessOutput sh(const TestWorld& world, const std::string& script, std::string_view input = {}) {
  return run_process({.argv = {"sh", "-c", script}, .cwd = world.dir.path(), .env = world.env}, input);
}

bool gone(pid_t pid) { return ::kill(pid, 0) != 0; }

}  // namespace

TEST_CASE("exit codes and signals arrive as a shell would say them", "[util]") {
  const TestWorld world;
  CHECK(sh(world, "exit 0").exit.code == 0);
  CHECK(sh(world, "exit 7").exit.code == 7);
  const ProcessExit killed = sh(world, "kill -TERM $$").exit;
  CHECK(killed.code == 128 + SIGTERM);
  CHECK(killed.signal == SIGTERM);
  CHECK(sh(world, "exit 143").exit.signal == 0);
}

TEST_CASE("megabytes on both streams and on stdin flow without a deadlock", "[util]") {
  const TestWorld world;
  const std::string input(3'000'000, 'i');
  const ProcessOutput output =
      sh(world, "cat; head -c 2000000 /dev/zero | tr '\\0' e >&2; head -c 2000000 /dev/zero | tr '\\0' o", input);
  CHECK(output.out == input + std::string(2'000'000, 'o'));
  CHECK(output.err == std::string(2'000'000, 'e'));
}

TEST_CASE("a program that does not read its input is no error", "[util]") {
  const TestWorld world;
  CHECK(sh(world, "exec 0<&-; echo done", std::string(1'000'000, 'x')).out == "done\n");
}

TEST_CASE("a missing program and a bad directory are errors of the start, not exit codes", "[util]") {
  const TestWorld world;
  const auto kind_of = [](const ProcessSpec& spec) {
    try {
      run_process(spec);
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::internal;
  };
  CHECK(kind_of({.argv = {"no-such-program"}, .env = world.env}) == ErrorKind::not_found);
  CHECK(kind_of({.argv = {"/no/such/program"}, .env = world.env}) == ErrorKind::not_found);
  CHECK(kind_of({.argv = {"sh"}, .cwd = world.dir / "none", .env = world.env}) == ErrorKind::not_found);
  world.dir.write("not-a-program",
                  "\x7f"
                  "ELF nonsense");
  fs::permissions(world.dir / "not-a-program", fs::perms::owner_all);
  CHECK(kind_of({.argv = {(world.dir / "not-a-program").string()}, .env = world.env}) == ErrorKind::io);
}

TEST_CASE("the PATH of the given environment decides which program runs", "[util]") {
  TestWorld world;
  world.dir.write("bin/greet", "#!/bin/sh\necho mine\n");
  fs::permissions(world.dir / "bin/greet", fs::perms::owner_all);
  world.env["PATH"] = (world.dir / "bin").string() + ":" + world.env["PATH"];
  CHECK(run_process({.argv = {"greet"}, .env = world.env}).out == "mine\n");
}

TEST_CASE("the child sees exactly its environment, its directory and three descriptors", "[util]") {
  const TestWorld world;
  const UniqueFd leak(::dup(2));  // without close-on-exec
  const ProcessOutput env = run_process({.argv = {"/usr/bin/env"}, .env = {{"ONE", "1"}, {"TWO", "a b\nc"}}});
  CHECK(env.out == "ONE=1\nTWO=a b\nc\n");
  CHECK(sh(world, "pwd").out == world.dir.path().string() + "\n");
  CHECK(sh(world, fmt::format("test -e /proc/self/fd/{} && echo leaked || echo closed", leak.get())).out == "closed\n");
}

TEST_CASE("a signal to a group reaches the grandchildren", "[util]") {
  const TestWorld world;
  int fds[2];
  REQUIRE(::pipe(fds) == 0);
  UniqueFd read(fds[0]), write(fds[1]);
  ChildProcess child = ChildProcess::start({.argv = {"sh", "-c", "sleep 60 & echo $!; wait"},
                                            .env = world.env,
                                            .stdout_fd = write.get(),
                                            .own_group = true});
  write.reset();
  char text[32] = {};
  REQUIRE(::read(read.get(), text, sizeof text - 1) > 0);
  CHECK_FALSE(child.try_wait());
  child.signal(SIGTERM);
  CHECK(child.wait().signal == SIGTERM);
  // The pipe ends when the last process that holds it, the grandchild, has ended.
  CHECK(::read(read.get(), text, sizeof text) == 0);
  child.signal(SIGTERM);  // harmless now
}

TEST_CASE("a child that is let go of is killed with its group and reaped", "[util]") {
  const TestWorld world;
  pid_t pid = 0;
  {
    const ChildProcess child = ChildProcess::start({.argv = {"sleep", "60"}, .env = world.env, .own_group = true});
    pid = child.pid();
    CHECK_FALSE(gone(pid));
  }
  CHECK(gone(pid));
}

TEST_CASE("a child's end can be polled for", "[util]") {
  const TestWorld world;
  int fds[2];
  REQUIRE(::pipe2(fds, O_CLOEXEC) == 0);
  const UniqueFd in(fds[0]);
  UniqueFd held(fds[1]);
  ChildProcess child =
      ChildProcess::start({.argv = {"sh", "-c", "read line; exit 3"}, .env = world.env, .stdin_fd = in.get()});
  CHECK_FALSE(child.has_ended());
  held.reset();
  pollfd fd{child.poll_fd(), POLLIN, 0};
  REQUIRE(::poll(&fd, 1, 60'000) == 1);
  CHECK(child.has_ended());  // and its number is still its own
  CHECK(::kill(child.pid(), 0) == 0);
  const auto exit = child.try_wait();
  REQUIRE(exit);
  CHECK(exit->code == 3);
}

TEST_CASE("the kernel's accounts of a child come with its exit", "[util]") {
  const TestWorld world;
  const Rusage usage = sh(world, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done").exit.rusage;
  CHECK(usage.user_seconds + usage.system_seconds > 0);
  CHECK(usage.max_rss_bytes > 100'000);
}

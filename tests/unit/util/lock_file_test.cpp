#include "lib/util/lock_file.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using mlo::test::TestWorld;
using namespace std::chrono_literals;

namespace {

/// Another process that holds the lock until it is killed.
class Holder {
 public:
  explicit Holder(const fs::path& path) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto lock = LockFile::try_acquire(path, "mlo run, pid 12");
      [[maybe_unused]] const ssize_t n = ::write(ready[1], lock ? "y" : "n", 1);
      ::pause();
      ::_exit(0);
    }
    char answer = 0;
    REQUIRE(::read(ready[0], &answer, 1) == 1);
    REQUIRE(answer == 'y');
    ::close(ready[0]);
    ::close(ready[1]);
  }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  ~Holder() { kill(); }

 private:
  pid_t pid_ = -1;
};

}  // namespace

TEST_CASE("a lock another process holds is not given, and is free the moment that process dies", "[util]") {
  TestWorld world;
  const fs::path path = world.dir / "locks/runs";
  Holder holder(path);
  CHECK(is_locked(path));
  CHECK_FALSE(LockFile::try_acquire(path, "me"));
  holder.kill();
  CHECK_FALSE(is_locked(path));
  CHECK(LockFile::try_acquire(path, "me"));
}

TEST_CASE("after the wait, the owner is named", "[util]") {
  TestWorld world;
  const fs::path path = world.dir / "runs";
  const Holder holder(path);
  try {
    LockFile::acquire(path, "me", 5ms, world.world);
    FAIL("got a lock that somebody holds");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::conflict);
    CHECK(error.message() == "cannot lock `runs`: held by mlo run, pid 12");
    CHECK_FALSE(error.hint().empty());
  }
}

TEST_CASE("an owner cannot forge the message of who waits for it", "[util]") {
  TestWorld world;
  const auto lock = LockFile::try_acquire(world.dir / "l", "evil\x1b[2J\nerror: forged");
  REQUIRE(lock);
  try {
    LockFile::acquire(world.dir / "l", "me", 1ms, world.world);
    FAIL("got a lock twice");
  } catch (const Error& error) {
    CHECK(error.message().find('\n') == std::string::npos);
    CHECK(error.message().find('\x1b') == std::string::npos);
  }
}

TEST_CASE("waiting ends when the lock is free, or when the user stops", "[util]") {
  TestWorld world;
  const fs::path path = world.dir / "l";
  auto held = LockFile::try_acquire(path, "first");
  REQUIRE(held);
  {
    std::jthread other([&] { held.reset(); });
    const LockFile mine = LockFile::acquire(path, "second", 60s, world.world);
    CHECK(is_locked(path));
    CHECK(read_file(path) == "second");
  }
  CHECK_FALSE(is_locked(path));
  held = LockFile::try_acquire(path, "third");
  world.stop.request_stop();
  CHECK_THROWS_AS(LockFile::acquire(path, "fourth", 60s, world.world), Error);
}

TEST_CASE("a lock moves with its owner and is not inherited by children", "[util]") {
  TestWorld world;
  const fs::path path = world.dir / "l";
  std::optional<LockFile> outer;
  {
    LockFile inner = LockFile::acquire(path, "me", 0ms, world.world);
    outer = std::move(inner);
  }
  CHECK(is_locked(path));
  for (int i = 0; i < 200; ++i) {  // the moment in which a child that just started could still hold it is short
    if (!outer) outer = LockFile::acquire(path, "me", 0ms, world.world);
    auto child = ChildProcess::start({.argv = {"sleep", "60"}, .env = world.env});
    outer.reset();
    REQUIRE_FALSE(is_locked(path));
  }
  CHECK_FALSE(is_locked(world.dir / "never made"));
}

#include "lib/bounds/process_tree.hpp"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/bounds/stage_hold.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

bool lives(const std::string& pid_file) { return ::kill(std::stoi(read_file(pid_file)), 0) == 0; }

}  // namespace

TEST_CASE("a daemon in a session of its own is found by its mark, killed and reaped", "[bounds]") {
  adopt_orphans();
  const TreeMark mark = make_mark();
  if (mark == 0) {
    WARN(
        "skipped: "
        "RLIMIT_LOCKS is bounded here");
    return;
  }
  TempDir dir;
  ProcessSpec spec{
      .argv = {"sh", "-c",
               "(env -i setsid sh -c 'echo $$ > " + (dir / "tmp").string() + "; mv " + (dir / "tmp").string() + " " +
                   (dir / "pid").string() + "; cd /; exec sleep 1000' > /dev/null 2>&1 &)\n" + "while [ ! -e " +
                   (dir / "pid").string() + " ]; do sleep 0.01; done"},
      .env = hermetic_environment(dir.path())};
  spec.limits = {{RLIMIT_LOCKS, mark}};
  spec.own_group = true;
  ChildProcess child = ChildProcess::start(spec);
  CHECK(child.wait().code == 0);
  REQUIRE(lives((dir / "pid").string()));
  ProcessTable table;
  CHECK(table.usage(mark).tasks == 1);
  CHECK(table.usage(make_mark()).tasks == 0);
  CHECK(kill_tree(make_mark()) == 0);  // nobody else's
  REQUIRE(lives((dir / "pid").string()));
  CHECK(kill_tree(mark) == 1);
  CHECK_FALSE(lives((dir / "pid").string()));
  CHECK(kill_tree(mark) == 0);
}

namespace {

/// A shell and its daemon in another session that wait for ever, with the mark; once both are there.
ChildProcess start_tree(const fs::path& dir, TreeMark mark) {
  const std::string pid = (dir / "pid").string();
  ProcessSpec spec{.argv = {"sh", "-c",
                            "(env -i setsid sh -c 'echo $$ > " + pid + ".new; mv " + pid + ".new " + pid +
                                "; cd /; exec sleep 1000' > /dev/null 2>&1 &); exec sleep 1000"},
                   .env = hermetic_environment(dir)};
  if (mark != 0) spec.limits = {{RLIMIT_LOCKS, mark}};
  ChildProcess child = ChildProcess::start(spec);
  while (!find_stat(pid)) ::usleep(1000);
  return child;
}

/// Nothing is left of it but, perhaps, its entry for who waits for it.
bool has_ended(const std::string& pid_file) {
  const std::string pid(trim(read_file(pid_file)));
  const auto stat = find_file("/proc/" + pid + "/stat");
  return !stat || stat->find(") Z ") != std::string::npos;
}

}  // namespace

TEST_CASE("what is left of a dead run's tree is ended, and nobody else", "[bounds]") {
  const TreeMark mark = make_mark(), other = make_mark();
  if (mark == 0) {
    WARN("SKIP: RLIMIT_LOCKS is bounded here");
    return;
  }
  TempDir left, bystander;
  ChildProcess child = start_tree(left.path(), mark), stranger = start_tree(bystander.path(), other);
  CHECK(kill_left_trees({}) == 0);
  CHECK(kill_left_trees({0, make_mark()}) == 0);
  CHECK_FALSE(has_ended((left / "pid").string()));
  CHECK(kill_left_trees({make_mark(), mark}) == 2);
  CHECK(has_ended((left / "pid").string()));
  CHECK(child.wait().signal == SIGKILL);
  CHECK_FALSE(has_ended((bystander / "pid").string()));
  CHECK(kill_left_trees({mark}) == 0);

  // Started by what is left itself: we, and those above us, are not ended.
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_LOCKS, &before) == 0);
  const rlimit within{other, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_LOCKS, &within) == 0);
  CHECK(kill_left_trees({other}) == 2);
  ::setrlimit(RLIMIT_LOCKS, &before);
  CHECK(has_ended((bystander / "pid").string()));
  CHECK(stranger.wait().signal == SIGKILL);
}

TEST_CASE("all that we started is ended, with or without a mark, wherever it went", "[bounds]") {
  adopt_orphans();
  TempDir dir;
  ChildProcess child = start_tree(dir.path(), 0);
  kill_descendants();
  CHECK(has_ended((dir / "pid").string()));
  CHECK(child.wait().signal == SIGKILL);
}

TEST_CASE("memory that processes share counts once", "[bounds]") {
  const auto bytes = shared_memory_of({::getpid()});
  if (!bytes) {
    WARN(
        "skipped: "
        "this kernel has no smaps_rollup");
    return;
  }
  CHECK(*bytes > 0);
  CHECK_FALSE(shared_memory_of({}));
}

TEST_CASE("a process starts inside the limits that it is given", "[bounds]") {
  TempDir dir;
  ProcessSpec spec{.argv = {"sh", "-c", "echo x > f; ulimit -f; nice; cat /proc/self/oom_score_adj"},
                   .cwd = dir.path(),
                   .env = hermetic_environment(dir.path())};
  spec.limits = {{RLIMIT_FSIZE, 1U << 20U}};
  spec.nice = 3;
  spec.first_to_go = true;
  const ProcessOutput done = run_process(spec);
  const int nice = ::nice(0) + 3;
  CHECK(done.out == fmt::format("2048\n{}\n500\n", std::min(nice, 19)));  // blocks of 512
}

#include "lib/bounds/cgroup.hpp"

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

// On a tree of plain files: what is written where. That a kernel does with it what its manual says is not tested here.
using namespace mlo;
using namespace mlo::test;

namespace {

struct FakeTree {
  TempDir dir;
  explicit FakeTree(const std::string& controllers = "cpuset cpu io memory pids") {
    dir.write("user.slice/run.scope/cgroup.controllers", controllers + "\n");
    dir.write("user.slice/run.scope/cgroup.subtree_control", "");
  }
  std::optional<CgroupParent> find() {
    return CgroupParent::find(dir.path(), "12:pids:/x\n0::/user.slice/run.scope\n", 77);
  }
  std::string read(const std::string& file) const {
    return find_file(dir.path() / "user.slice/run.scope" / file).value_or("(none)");
  }
};

}  // namespace

TEST_CASE("a delegated group is divided: mlo in one part, each stage in another", "[bounds]") {
  FakeTree tree;
  const auto parent = tree.find();
  REQUIRE(parent);
  CHECK(tree.read("mlo-77/cgroup.procs") == "77");
  CHECK(tree.read("cgroup.subtree_control") == "+cpu +memory +pids");
  Limits limits;
  limits.mem = 1U << 30U;
  limits.processes = 64;
  limits.asked.set(Resource::cpu, 1500);
  {
    const StageCgroup stage = parent->make("stage-1", limits);
    CHECK(tree.read("stage-1/memory.max") == "1073741824");
    CHECK(tree.read("stage-1/memory.swap.max") == "0");
    CHECK(tree.read("stage-1/pids.max") == "64");
    CHECK(tree.read("stage-1/cpu.max") == "150000 100000");
    run_process({.argv = {"true"}, .env = hermetic_environment(tree.dir.path()), .cgroup_fd = stage.procs_fd()});
    CHECK(tree.read("stage-1/cgroup.procs") == "0\n");  // the child put itself in
  }
  CHECK(tree.read("stage-1/cgroup.kill") == "1");
  limits.mem = kUnlimited;
  const StageCgroup open = parent->make("stage-2", limits);
  CHECK(tree.read("stage-2/memory.max") == "max");
}

TEST_CASE("what the kernel counted and stopped is read from the group", "[bounds]") {
  FakeTree tree;
  const auto parent = tree.find();
  REQUIRE(parent);
  const StageCgroup stage = parent->make("s", {});
  CHECK_FALSE(stage.exceeded());
  CHECK(stage.memory() == 0);
  const std::string dir = "user.slice/run.scope/s/";
  tree.dir.write(dir + "memory.current", "4096\n");
  tree.dir.write(dir + "memory.peak", "8192\n");
  tree.dir.write(dir + "pids.current", "3\n");
  tree.dir.write(dir + "pids.events", "max 2\n");
  CHECK(stage.memory() == 4096);
  CHECK(stage.memory_peak() == 8192);
  CHECK(stage.tasks() == 3);
  CHECK(stage.exceeded() == Resource::processes);
  tree.dir.write(dir + "memory.events", "low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\noom_group_kill 0\n");
  CHECK(stage.exceeded() == Resource::mem);
}

TEST_CASE("without what is needed there are no groups", "[bounds]") {
  CHECK_FALSE(FakeTree("cpu memory").find());  // pids is lacking
  FakeTree tree;
  CHECK_FALSE(CgroupParent::find(tree.dir.path(), "4:memory:/a\n", 1));  // only version 1
  CHECK_FALSE(CgroupParent::find(tree.dir.path(), "0::/elsewhere\n", 1));
  CHECK_FALSE(CgroupParent::find(tree.dir.path(), "", 1));
}

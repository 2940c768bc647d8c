#include <signal.h>
#include <unistd.h>

#include "lib/bounds/run_bounds.hpp"
#include "tests/unit/pipeline/pipeline_project.hpp"

// Stages that misbehave, run for real: each is stopped with its line, nothing of it lives on, and the others go on.
using namespace mlo;
using namespace mlo::test;
using Catch::Matchers::Contains;

namespace {

/// A stage `bad` beside a stage `good`.
struct Misbehaving : Project {
  explicit Misbehaving(const std::string& resources, const std::string& script, const std::string& more = "")
      : Project("stages:\n  bad: {cmd: sh bad.sh, deps: [bad.sh], outs: [bad], resources: " + resources + more +
                    "}\n  good: {cmd: 'echo x > good', deps: [bad.sh], outs: [good]}\n",
                {{"bad.sh", script}, {".mlo/config.yaml", "mlo: config/1\nlimits: {grace: 0.1s}\n"}}) {
    request.keep_going = true;
  }
  std::string why_stopped() {
    const std::string results = run();
    CHECK(results == "bad failed, good ran");
    CHECK(survivors() == 0);
    std::string stopped;
    for (const StageOutcome& outcome : outcomes) {
      INFO(outcome.error);
      if (outcome.stage == "bad") CHECK(outcome.exit_code != 0);
      if (outcome.stage == "bad") stopped = outcome.error;
    }
    Workspace workspace = open();
    for (const RunRecord& stage : RunStore(workspace).stages_of(last.id)) {
      REQUIRE(stage.bounds);
      CHECK((stage.bounds->held_by == "watchdog" || stage.bounds->held_by == "cgroup v2"));
      if (stage.stage == "bad") return stage.bounds->stopped;
      CHECK(stage.bounds->stopped.empty());
    }
    return stopped + " (not recorded)";
  }
  /// Processes that run in the directory of the project.
  std::size_t survivors() const {
    std::size_t count = 0;
    for (const DirEntry& process : list_dir("/proc")) {
      std::error_code gone;
      const fs::path cwd = fs::read_symlink("/proc/" + process.name + "/cwd", gone);
      count += !gone && cwd.string().starts_with(world.dir.path().string()) ? 1U : 0U;
    }
    return count;
  }
};

}  // namespace

// They end by themselves after some generations: what is tested must not be what saves the machine.
TEST_CASE("a fork bomb is contained", "[pipeline][bounds]") {
  Misbehaving p("{processes: 40}",
                "bomb() { if [ $1 -lt 8 ]; then bomb $(($1 + 1)) | bomb $(($1 + 1)) & fi; sleep 20; }\nbomb 0\n");
  CHECK_THAT(p.why_stopped(), Contains("stopped: had ") && Contains("of 40 allowed (resources.processes)"));
}

TEST_CASE("a fork bomb whose processes leave their session is contained", "[pipeline][bounds]") {
  Misbehaving p(
      "{processes: 40}",
      "n=${1:-0}\nif [ $n -lt 7 ]; then setsid sh bad.sh $((n + 1)) & setsid sh bad.sh $((n + 1)) & fi\nsleep 20\n");
  CHECK_THAT(p.why_stopped(), Contains("(resources.processes)"));
}

TEST_CASE("a memory hog is contained", "[pipeline][bounds]") {
  Misbehaving p("{mem: 32MiB}", "{ head -c 200000000 /dev/zero; sleep 60; } | tail -n 1 > bad\n");
  CHECK_THAT(p.why_stopped(), Contains("of memory, of 32 MiB allowed (resources.mem)"));
}

TEST_CASE("a log flood is contained", "[pipeline][bounds]") {
  Misbehaving p("{log: 1MiB}", "trap '' TERM\nyes\n");
  CHECK(p.why_stopped() == "stopped: wrote more than 1 MiB of log allowed (resources.log)");
  CHECK(p.watcher.text.size() < 2U << 20U);
}

TEST_CASE("a file that grows without end is contained", "[pipeline][bounds]") {
  Misbehaving p("{disk: 1MiB}", "cat /dev/zero > bad\n");
  CHECK(p.why_stopped() == "stopped: wrote a file larger than 1 MiB allowed (resources.disk)");
}

TEST_CASE("files without number are contained", "[pipeline][bounds]") {
  Misbehaving p("{disk: 1MiB}", "mkdir bad\nwhile :; do i=$((i + 1)); head -c 50000 /dev/zero > bad/$i; done\n");
  CHECK_THAT(p.why_stopped(),
             Contains("stopped: its outputs took ") && Contains("of disk, of 1 MiB allowed (resources.disk)"));
}

TEST_CASE("a job that ignores SIGTERM ends at its time", "[pipeline][bounds]") {
  Misbehaving p("{time: 0.2s}", "trap '' TERM\nwhile :; do sleep 0.1; done\n", ", retries: 3");
  CHECK(p.why_stopped() == "stopped: ran for 200 ms allowed (resources.time)");
  CHECK(p.watcher.text.find("attempt 2") == std::string::npos);  // its attempts share that time
}

TEST_CASE("a daemon does not outlive its stage", "[pipeline][bounds]") {
  Project p(
      "stages:\n  a: {cmd: sh daemon.sh, outs: [pid]}\n",
      {{"daemon.sh",
        "(env -i PATH=\"$PATH\" setsid sh -c 'echo $$ > tmp; mv tmp pid; cd /; exec sleep 1000' > /dev/null 2>&1 &)\n"
        "while [ ! -e pid ]; do sleep 0.01; done\n"}});
  CHECK(p.run() == "a ran");
  CHECK(::kill(std::stoi(p.read("pid")), 0) != 0);
  CHECK(errno == ESRCH);
  CHECK_THAT(p.watcher.text, Contains("mlo: ended 1 process that it left running"));
}

TEST_CASE("what asks for more than there is stops the run before anything starts", "[pipeline][bounds]") {
  Project p(
      "stages:\n  a: {cmd: 'echo > x', outs: [x]}\n  b: {cmd: 'echo > y', deps: [x], outs: [y], resources: {mem: "
      "900TiB}}\n");
  CHECK_THAT(p.error(), Contains("cannot run stage `b`: it asks for 900TiB of `mem`, the machine's budget has "));
  CHECK(p.read("x") == "(none)");
  p.write("mlo.yaml", "stages:\n  a: {cmd: 'echo > x', outs: [x], resources: {gpu: 3}}\n");
  p.write(".mlo/local/config.yaml", "mlo: config/1\nlimits: {gpus: [a, b]}\n");
  CHECK_THAT(p.error(), Contains("it asks for 3 of `gpu`, the machine's budget has 2"));
}

TEST_CASE("a stage sees the GPUs that it was given and no others", "[pipeline][bounds]") {
  Project p(
      "stages:\n  a: {cmd: 'echo $CUDA_VISIBLE_DEVICES > x', outs: [x], resources: {gpu: 1}}\n"
      "  b: {cmd: 'echo $CUDA_VISIBLE_DEVICES > y', outs: [y], deps: [x], resources: {gpu: 2}}\n"
      "  c: {cmd: 'echo $CUDA_VISIBLE_DEVICES > z', outs: [z], deps: [y], resources: {gpu: 0}}\n",
      {{".mlo/local/config.yaml", "mlo: config/1\nlimits: {gpus: [GPU-a, GPU-b]}\n"}});
  CHECK(p.run() == "a ran, b ran, c ran");
  CHECK(p.read("x") == "GPU-a\n");
  CHECK(p.read("y") == "GPU-a,GPU-b\n");
  CHECK(p.read("z") == "\n");
}

TEST_CASE("stages with the same mutex do not run at once, others do", "[pipeline][bounds]") {
  // Each looks for the other while it holds the mutex.
  const std::string script = "mkdir busy || exit 9; sleep 0.05; rmdir busy; echo > $0.out\n";
  Project p(
      "stages:\n  a: {cmd: sh a, outs: [a.out], deps: [a], mutex: port}\n  b: {cmd: sh b, outs: [b.out], deps: [b], "
      "mutex: [port, db]}\n",
      {{"a", script}, {"b", script}});
  CHECK(p.run() == "a ran, b ran");
}

TEST_CASE("a run inside a stage needs no second processor and no second mutex", "[pipeline][bounds]") {
  Project p("stages:\n  a: {cmd: 'echo $MLO_HOLDS > x', outs: [x], mutex: [db, port]}\n");
  CHECK(p.run() == "a ran");
  CHECK(p.read("x") == "db,port\n");
  RunBounds outer({}, p.world.world, p.world.dir.path(), 1);
  StageBounds all{"outer", Resources().set(Resource::cpu, std::uint64_t{1000} * this_machine().cpus), {"db"}};
  const StageHold held = outer.hold(all, {}, [](const std::string&) {});
  outer.tell(all, p.world.env);
  RunBounds inner({}, p.world.world, p.world.dir.path(), 1);
  std::string waited;
  inner.hold(all, {}, [&](const std::string& line) { waited = line; });
  CHECK(waited == "");
}

TEST_CASE("resources and mutexes are no reason to run again", "[pipeline][bounds]") {
  Project p("stages:\n  a: {cmd: 'echo > x', outs: [x]}\n");
  CHECK(p.run() == "a ran");
  p.write("mlo.yaml", "stages:\n  a: {cmd: 'echo > x', outs: [x], resources: {cpu: 1, time: unlimited}, mutex: m}\n");
  CHECK(p.run() == "idle");
}

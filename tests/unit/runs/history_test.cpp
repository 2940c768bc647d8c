#include "lib/runs/history.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "lib/runs/event_log.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/runs/merge.hpp"
#include "lib/runs/run_paths.hpp"
#include "lib/runs/run_store.hpp"
#include "lib/util/random.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

constexpr const char* kRef = "refs/mlo/runs";

struct Repo : test::TestWorld {
  std::optional<Workspace> workspace;
  Repo() {
    git_init();
    Workspace::init(world);
    workspace.emplace(Workspace::open(world));
  }
  RunRecord record(const std::string& name) {
    RunRecord r;
    r.started = r.ended = clock.now();
    r.id = make_uuid7(r.started, rng);
    r.name = name;
    r.status = RunStatus::finished;
    return r;
  }
  git::ObjectId publish(const RunRecord& record) { return RunStore(*workspace).publish(record, {}); }
  git::Repository& git() { return workspace->repo(); }
  std::string names() {
    std::string out;
    for (const Run& run : RunStore(*workspace).all()) out += run.record.name;
    return out;
  }
  git::ObjectId commit(git::ObjectId tree, std::vector<git::ObjectId> parents) {
    const git::Signature who{"Mallory", "m@example.org", clock.now()};
    return git().write_commit(tree, parents, who, who, "theirs");
  }
};

}  // namespace

TEST_CASE_METHOD(Repo, "two histories merge as the union of their runs", "[runs]") {
  const auto base = publish(record("a"));
  const auto theirs = publish(record("b"));
  REQUIRE(git().move_ref(kRef, theirs, base, "another clone"));
  const auto ours = publish(record("c"));
  CHECK(names() == "ca");
  CHECK(merge_runs(*workspace, theirs) == MergeResult::merged);
  CHECK(names() == "cba");
  const auto merged = git().load_commit(*git().find_ref(kRef));
  CHECK(merged.parents == std::vector{ours, theirs});
  CHECK(merge_runs(*workspace, theirs) == MergeResult::up_to_date);
  for (const Run& run : RunStore(*workspace).all()) CHECK_FALSE(run.commit.empty());
}

TEST_CASE_METHOD(Repo, "a clone without runs takes theirs, one that is behind goes forward", "[runs]") {
  const auto first = publish(record("a"));
  const auto second = publish(record("b"));
  REQUIRE(git().delete_ref(kRef, second));
  CHECK(merge_runs(*workspace, first) == MergeResult::fast_forward);
  CHECK(merge_runs(*workspace, second) == MergeResult::fast_forward);
  CHECK(names() == "ba");
}

TEST_CASE_METHOD(Repo, "a history that changed or dropped a record is refused, and ours stays", "[runs]") {
  const RunRecord a = record("a");
  const auto ours = publish(a);
  const auto tree = git().load_commit(ours).tree;
  const auto forged = git().write_tree(tree, {{record_path(a), git().write_blob(emit_run(record("x")))}});
  CHECK_THROWS_WITH(merge_runs(*workspace, commit(forged, {})), Catch::Contains(record_path(a)));
  CHECK_THROWS_WITH(merge_runs(*workspace, commit(forged, {ours})), Catch::Contains(record_path(a)));
  const auto dropped = git().write_tree(tree, {{record_path(a), std::nullopt}});
  CHECK_THROWS_AS(merge_runs(*workspace, commit(dropped, {ours})), Error);
  CHECK(git().find_ref(kRef) == ours);
}

/// Calls `body` with 0, 1, .. in as many processes at once; true if none threw.
template <class Body>
static bool in_processes(int count, const Body& body) {
  for (int p = 0; p < count; ++p) {
    if (::fork() != 0) continue;
    int code = 0;
    try {
      body(p);
    } catch (...) {
      code = 1;
    }
    ::_exit(code);
  }
  bool good = true;
  for (int p = 0; p < count; ++p) {
    int status = 0;
    ::wait(&status);
    good = good && status == 0;
  }
  return good;
}

TEST_CASE_METHOD(Repo, "processes that publish at once all get their runs in", "[runs]") {
  constexpr int kProcesses = 4, kEach = 5;
  std::vector<RunRecord> records;
  for (int i = 0; i < kProcesses * kEach; ++i) records.push_back(record("r" + std::to_string(i)));
  CHECK(in_processes(kProcesses, [&](int p) {
    Workspace own = Workspace::open(world);
    for (int i = 0; i < kEach; ++i) RunStore(own).publish(records[static_cast<std::size_t>(p * kEach + i)], {});
  }));
  CHECK(RunStore(*workspace).all().size() == kProcesses * kEach);
  CHECK(sh("git rev-list --count refs/mlo/runs") == "20\n");
}

TEST_CASE_METHOD(Repo, "processes that find no index make one, and all find every run", "[runs]") {
  for (int i = 0; i < 5; ++i) publish(record("r" + std::to_string(i)));
  for (int round = 0; round < 10; ++round) {
    sh("rm -f .git/mlo/index.sqlite*");
    CHECK(in_processes(8, [&](int) {
      Workspace own = Workspace::open(world);
      if (RunStore(own).all().size() != 5) throw std::runtime_error("runs are missing");
    }));
  }
}

TEST_CASE_METHOD(Repo, "live runs are listed with what they have logged, and recovered once they are dead", "[runs]") {
  RunRecord invocation = record("inv"), stage = record("st");
  stage.parent = invocation.id;
  stage.stage = "train";
  std::optional<LiveRun> live = LiveRun::create(*workspace, invocation);
  std::optional<LiveRun> step = live->create_stage(stage);
  append_events(step->dir(), {MetricEvent{"loss", 0.5, 1, clock.now()}, MetricEvent{"loss", 0.25, 2, clock.now()}});
  auto runs = RunStore(*workspace).all();
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].record.status == RunStatus::running);
  CHECK(runs[0].record.metrics.at("loss").value == 0.25);
  CHECK(RunStore(*workspace).series(runs[0].record, "loss").size() == 2);

  RunRecord unfinished = record("cut");
  unfinished.parent = invocation.id;
  unfinished.stage = "test";
  const LiveRun cut = live->create_stage(unfinished);
  append_events(cut.dir(), {MetricEvent{"auc", 0.75, 1, clock.now()}});
  {
    ObjectStore::Batch batch(workspace->store());
    step->finish(RunStatus::finished, 0, clock.now(), batch);
    batch.commit();
  }
  live->keep_stages({step->record()});
  // Killed while the directory of what is over passed to the next stage.
  write_file(step->dir() / "start.yaml", "mlo: run/1\nid: 01");
  fs::copy(step->dir(), step->dir().parent_path() / record("next").id, fs::copy_options::recursive);
  step.reset();
  CHECK(live_runs(*workspace).size() == 3);
  CHECK(recover_runs(*workspace) == 0);  // its invocation lives
  CHECK(find_stat(cut.dir()));
  live.reset();
  CHECK(recover_runs(*workspace) == 1);
  runs = RunStore(*workspace).all();
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].record.status == RunStatus::killed);
  const auto stages = RunStore(*workspace).stages_of(invocation.id);
  REQUIRE(stages.size() == 2);
  for (const RunRecord& found : stages)
    CHECK(found.status == (found.id == stage.id ? RunStatus::finished : RunStatus::killed));
  CHECK(RunStore(*workspace).series(runs[0].record, "loss").size() == 2);
  CHECK(RunStore(*workspace).series(runs[0].record, "auc").size() == 1);
  CHECK(list_dir(workspace->local() / "runs").empty());
  CHECK(log.lines.empty());
}

TEST_CASE_METHOD(Repo, "a crash between a run's commit and the end of its cleaning changes nothing", "[runs]") {
  RunRecord invocation = record("inv"), stage = record("st");
  stage.parent = invocation.id;
  stage.stage = "train";
  {
    std::optional<LiveRun> live = LiveRun::create(*workspace, invocation);
    std::optional<LiveRun> step = live->create_stage(stage);
    stage = step->end(RunStatus::finished, 0, clock.now());
    live->keep_stages({stage});
    invocation = live->end(RunStatus::finished, 0, clock.now());
  }
  sh("cp -a .git/mlo/runs .git/left");
  RunStore(*workspace).publish(invocation, {stage});
  const std::string tip = sh("git rev-parse refs/mlo/runs");
  sh("rm -r .git/mlo/runs && cp -a .git/left .git/mlo/runs");
  // half cleaned: of the invocation only its start is left, which alone would read as a run that was killed
  sh("rm .git/mlo/runs/" + invocation.id + "/run.yaml");
  CHECK(recover_runs(*workspace) == 1);
  CHECK(list_dir(workspace->local() / "runs").empty());
  CHECK(sh("git rev-parse refs/mlo/runs") == tip);
  CHECK(RunStore(*workspace).all().at(0).record.status == RunStatus::finished);
  // cut while it was being removed
  sh("cp -a .git/left/" + invocation.id + " .git/mlo/runs/done-" + invocation.id);
  CHECK(recover_runs(*workspace) == 0);
  CHECK(list_dir(workspace->local() / "runs").empty());
}

TEST_CASE_METHOD(Repo, "a series travels with git, and one that was tampered with is refused", "[runs]") {
  LiveRun live = LiveRun::create(*workspace, record("a"));
  append_events(live.dir(), {MetricEvent{"loss", 1, 1, clock.now()}, MetricEvent{"loss", 0.5, 2, clock.now()}});
  const RunRecord done = live.end(RunStatus::finished, 0, clock.now());
  publish(done);
  REQUIRE(remove_file(*workspace->store().find_file_of(*done.series)));
  CHECK(RunStore(*workspace).series(done, "loss").size() == 2);
  const auto tip = *git().find_ref(kRef);
  const auto forged = git().write_tree(
      git().load_commit(tip).tree, {{series_path(done), git().write_blob("key\tstep\tvalue\ttime\nloss\t1\t9\t0\n")}});
  REQUIRE(git().move_ref(kRef, tip, commit(forged, {tip}), "forged"));
  CHECK_THROWS_WITH(RunStore(*workspace).series(done, "loss"), Catch::Contains("not the series its run names"));
}

TEST_CASE("names of stages become one safe segment each", "[runs]") {
  RunRecord r;
  r.parent = "01890a5d00007000800000000000abcd";
  std::set<std::string> seen;
  for (const std::string& name :
       {std::string("train@a"), std::string("a/b"), std::string(".."), std::string(".git"), std::string("\x01"),
        std::string(400, 'x'), std::string(401, 'x'), std::string("A"), std::string("a")}) {
    r.stage = name;
    const std::string path = record_path(r);
    CHECK(is_safe_relative(path));
    CHECK(classify_run_path(path) == RunFile::record);
    CHECK(seen.insert(path).second);
  }
}

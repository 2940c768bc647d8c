#include "lib/runs/run_store.hpp"

#include <signal.h>
#include <sys/resource.h>

#include "lib/bounds/tree_log.hpp"
#include "lib/crypto/sha256.hpp"
#include "lib/runs/event_log.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/util/random.hpp"

#include <thread>

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

struct Repo : test::TestWorld {
  std::optional<Workspace> workspace;
  Repo() {
    git_init();
    Workspace::init(world);
    workspace.emplace(Workspace::open(world));
  }
  RunRecord record(std::string name = "") {
    RunRecord r;
    r.started = clock.now();
    r.id = make_uuid7(r.started, rng);
    r.name = name.empty() ? adjective_noun(r.id) : name;
    r.command = {"train"};
    r.status = RunStatus::finished;
    r.ended = r.started;
    return r;
  }
  RunStore store() { return RunStore(*workspace); }
};

}  // namespace

TEST_CASE("a run and its stages are one commit that reads well", "[runs]") {
  Repo repo;
  RunRecord run = repo.record("brave-otter"), stage = repo.record();
  run.metrics["auc"] = {0, 0.8125, run.started};
  run.datasets["flights"] = sha256("x").str();
  stage.parent = run.id;
  stage.stage = "train@a";
  repo.store().publish(run, {stage});
  CHECK(repo.sh("git log --format=%s refs/mlo/runs") == "brave-otter finished: auc 0.8125\n");
  const std::string body = repo.sh("git log --format=%b refs/mlo/runs");
  CHECK(body.find("Mlo-Run: " + run.id) != std::string::npos);
  CHECK(body.find("Mlo-Data: flights sha256:") != std::string::npos);
  CHECK(repo.store().all().size() == 1);
  REQUIRE(repo.store().stages_of(run.id).size() == 1);
  CHECK(repo.store().stages_of(run.id)[0].stage == "train@a");
  repo.store().publish(run, {stage});
  CHECK(repo.sh("git rev-list --count refs/mlo/runs") == "1\n");
}

TEST_CASE("lists of packages travel with the records that name them", "[runs]") {
  Repo repo;
  const std::string one = "numpy 1.26.4\n";
  const Digest list = repo.workspace->store().put(one);
  RunRecord run = repo.record("r"), first = repo.record(), second = repo.record();
  for (RunRecord* stage : {&first, &second}) {
    stage->parent = run.id;
    stage->environment.facts = {{"packages.python", list.str()}, {"program.sed", "same"}, {"env.A", "b"}};
  }
  first.stage = "a";
  second.stage = "b";
  second.environment.facts["program.sed"] = "another";
  repo.store().publish(run, {first, second});
  // The invocation has what its stages agree on.
  CHECK(repo.store().find(run.id).record.environment.facts ==
        std::map<std::string, std::string>{{"packages.python", list.str()}});
  CHECK(repo.sh("git cat-file -p refs/mlo/runs:packages/" + list.hex() + ".txt") == one);
  repo.sh("chmod -R u+w .git/mlo && rm -rf .git/mlo/objects .git/mlo/packs");
  repo.workspace.emplace(Workspace::open(repo.world));
  CHECK(repo.store().find_packages(list) == PackageList{{"numpy", "1.26.4"}});
  CHECK_FALSE(repo.store().find_packages(sha256("other")));
}

TEST_CASE("runs are found by id, unique prefix or name", "[runs]") {
  Repo repo;
  RunRecord a = repo.record("old-name"), b = repo.record("old-name"), c = repo.record("calm-fox");
  for (const RunRecord& r : {a, b, c}) repo.store().publish(r, {});
  CHECK(repo.store().find(a.id).record.id == a.id);
  CHECK(repo.store().find("old-name").record.id == b.id);
  CHECK(repo.store().find(c.id.substr(0, 20)).record.id == c.id);
  CHECK_THROWS_WITH(repo.store().find(a.id.substr(0, 6)), Catch::Contains("beginning of 3 runs"));
  try {
    repo.store().find("calm-fix");
    FAIL("found");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::not_found);
    CHECK(error.hint() == "did you mean `calm-fox`?");
  }
  CHECK(repo.store().all()[0].record.id == c.id);
}

TEST_CASE("amendments fold in the order of their time, the record stays", "[runs]") {
  Repo repo;
  const RunRecord run = repo.record();
  repo.store().publish(run, {});
  repo.store().amend(
      {{run.id, UtcTime::from_seconds(20), {{"k", std::optional<std::string>("second")}}, "two", {}, {}}});
  repo.store().amend({{run.id, UtcTime::from_seconds(10), {{"k", "first"}, {"j", "x"}}, "one", {}, {}}});
  repo.store().amend({{run.id, UtcTime::from_seconds(30), {{"j", std::nullopt}}, {}, {}, true}});
  CHECK(repo.store().all().empty());
  const auto all = repo.store().all(RunStore::Deleted::show);
  REQUIRE(all.size() == 1);
  CHECK(all[0].note == "two");
  CHECK(all[0].record.tags.size() == 1);
  CHECK(all[0].record.tags.at("k") == "second");
  repo.store().amend({{run.id, UtcTime::from_seconds(40), {}, {}, {}, false}});
  CHECK(repo.store().all().size() == 1);
}

TEST_CASE("a live run becomes a record with everything it logged", "[runs]") {
  Repo repo;
  RunRecord start = repo.record();
  start.status = RunStatus::running;
  LiveRun live = LiveRun::create(*repo.workspace, start);
  CHECK(live_runs(*repo.workspace).size() == 1);
  const Environment env = live.child_environment({});
  CHECK(env.at("MLO_RUN") == start.id);
  append_events(env.at("MLO_RUN_DIR"),
                {MetricEvent{"loss", 0.5, 1, repo.clock.now()}, MetricEvent{"loss", 0.25, 2, repo.clock.now()}});
  write_file(env.at("MLO_METRICS"), "{\"step\": 3, \"loss\": 0.125}\n");
  write_file(live.dir() / "stdout", "hello\n");
  const RunRecord done = live.end(RunStatus::finished, 0, repo.clock.now());
  CHECK(done.metrics.at("loss").value == 0.125);
  CHECK(repo.workspace->store().get(*done.log) == "hello\n");
  repo.store().publish(done, {});
  CHECK(repo.store().series(done, "loss").size() == 3);
  CHECK_FALSE(find_stat(live.dir()));
}

TEST_CASE("what a killed run left running is ended before it is recorded", "[runs]") {
  const TreeMark mark = make_mark();
  if (mark == 0) {
    WARN("SKIP: RLIMIT_LOCKS is bounded here");
    return;
  }
  Repo repo;
  RunRecord start = repo.record("shot");
  start.status = RunStatus::running;
  ProcessSpec spec{.argv = {"sleep", "1000"}, .env = repo.env};
  spec.limits = {{RLIMIT_LOCKS, mark}};
  std::optional<ChildProcess> left;
  {
    const LiveRun live = LiveRun::create(*repo.workspace, start);
    note_tree(live.dir(), mark);
    left.emplace(ChildProcess::start(spec));
    CHECK(recover_runs(*repo.workspace) == 0);  // it lives
    CHECK_FALSE(left->has_ended());
  }
  CHECK(recover_runs(*repo.workspace) == 1);
  CHECK(left->has_ended());
  CHECK(repo.log.lines ==
        std::vector<std::string>{"warning: ended 1 process that run shot had left when it was killed"});
  CHECK(left->wait().signal == SIGKILL);
}

TEST_CASE("a killed run is recorded with what it had logged, once", "[runs]") {
  Repo repo;
  RunRecord start = repo.record();
  start.status = RunStatus::running;
  {
    LiveRun live = LiveRun::create(*repo.workspace, start);
    append_events(live.dir(), {MetricEvent{"loss", 0.5, 1, repo.clock.now()}});
    CHECK(recover_runs(*repo.workspace) == 0);
  }
  CHECK(recover_runs(*repo.workspace) == 1);
  CHECK(recover_runs(*repo.workspace) == 0);
  const auto runs = repo.store().all();
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].record.status == RunStatus::killed);
  CHECK(runs[0].record.metrics.at("loss").value == 0.5);
}

TEST_CASE("a record that does not belong where it lies is left out by name", "[runs]") {
  Repo repo;
  const RunRecord run = repo.record();
  repo.store().publish(run, {});
  auto& git = repo.workspace->repo();
  const auto tip = git.find_ref("refs/mlo/runs");
  const auto tree = git.load_commit(*tip).tree;
  const std::string path = "2001/02-03/" + run.id + "/run.yaml";
  REQUIRE(git.find_entry(tree, path));
  RunRecord other = repo.record();
  const auto forged = git.write_tree(tree, {{path, git.write_blob(emit_run(other))}});
  const git::Signature who{"Mallory", "m@example.org", repo.clock.now()};
  const auto commit = git.write_commit(forged, {*tip}, who, who, "forged");
  REQUIRE(git.move_ref("refs/mlo/runs", tip, commit, "forged"));
  CHECK(repo.store().all().empty());
  REQUIRE_FALSE(repo.log.lines.empty());
  CHECK_THAT(repo.log.lines.back(), Catch::Contains(path));
}

TEST_CASE("code is dirty by what can be code: not by outputs, mlo's files or git's ignore lists", "[runs]") {
  Repo repo;
  repo.dir.write("train.py", "1\n");
  repo.dir.write("out/m.json", "1\n");
  repo.sh("git add -A && git commit -q -m clean");
  const std::set<std::string, std::less<>> made = {"out", "scores.json"};
  repo.dir.write("out/m.json", "2\n");
  repo.dir.write("scores.json", "2\n");
  repo.dir.write("sub/.gitignore", "x\n");
  CHECK_FALSE(capture_code(*repo.workspace, made).dirty);
  CHECK(capture_code(*repo.workspace).dirty);
  repo.dir.write("outer.py", "forgotten\n");  // `import outer`: the commit alone cannot do it again
  CHECK(capture_code(*repo.workspace, made).dirty);
  CHECK(is_code_change("output/x", made));
  CHECK_FALSE(is_code_change("out/deep/x", made));
}

TEST_CASE("files that others write or remove meanwhile do not keep a run from its start", "[runs]") {
  Repo repo;
  repo.dir.write("train.py", "1\n");
  std::jthread busy([&](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); ++i) {
      repo.dir.write("noise.txt", std::string(static_cast<std::size_t>(i % 100'000), 'x'));
      repo.dir.write("gone.txt", "x");
      fs::remove(repo.dir / "gone.txt");
    }
  });
  for (int i = 0; i < 100; ++i) CHECK(capture_code(*repo.workspace).tree);
}

TEST_CASE("the code of a dirty tree goes to the store, secrets and big files as digests only", "[runs]") {
  Repo repo;
  CHECK_FALSE(capture_code(*repo.workspace).dirty);  // .mlo is mlo's own, not code
  repo.sh("git add -A && git commit -q -m clean");
  CHECK_FALSE(capture_code(*repo.workspace).dirty);
  repo.dir.write("src/train.py", "print(1)\n");
  repo.dir.write(".env", "TOKEN=1\n");
  repo.dir.write("mlo.lock", "x\n");
  const CodeState code = capture_code(*repo.workspace);
  REQUIRE(code.tree);
  std::map<std::string, Digest> files;
  walk_tree(repo.workspace->store(), *code.tree,
            [&](const std::string& path, const auto& entry) { files[path] = entry.id; });
  CHECK(repo.workspace->store().get(files.at("src/train.py")) == "print(1)\n");
  CHECK(files.at(".env") == sha256("TOKEN=1\n"));
  CHECK_FALSE(repo.workspace->store().has(files.at(".env")));
  CHECK_FALSE(files.contains("mlo.lock"));
  CHECK(capture_code(*repo.workspace).tree == code.tree);
}

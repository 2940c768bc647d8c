#include "lib/pipeline/verify.hpp"

#include "lib/pipeline/stage_environment.hpp"
#include "lib/runs/attestations.hpp"
#include "lib/runs/history.hpp"
#include "lib/runs/run_paths.hpp"
#include "lib/trace/tracer.hpp"
#include "lib/util/text.hpp"
#include "tests/unit/pipeline/pipeline_project.hpp"

using namespace mlo;
using test::Project;

namespace {

struct Quiet : VerifyObserver {
  void started(const std::string&, std::size_t, std::size_t) override {}
  void output(const std::string&, StreamKind, std::string_view bytes) override { text += bytes; }
  void finished(const VerifiedStage&) override {}
  std::string text;
};

/// What is added to a verdict where the run that is verified was traced.
std::string hidden_input(Project& project) {
  if (why_untraceable(project.world.dir.path())) return "";
  return "; its run read `hidden`, which the stage does not declare";
}

/// "first identical, second different: why".
std::string told(const VerifyReport& report) {
  std::string out;
  for (const VerifiedStage& stage : report.stages) {
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", stage.attested.stage, to_string(stage.attested.verdict));
    if (!stage.attested.reason.empty()) out += ": " + stage.attested.reason;
  }
  return out;
}

VerifyReport verified(Project& project, const VerifyRequest& request = {}) {
  Workspace workspace = project.open();
  Quiet quiet;
  return verify(workspace, request, quiet);
}

std::string error_of(Project& project, const VerifyRequest& request = {}) {
  try {
    return "no error: " + told(verified(project, request));
  } catch (const Error& e) {
    return e.message() + " / " + e.hint();
  }
}

/// Committed, run, and the lock committed.
struct Committed : Project {
  Committed(const std::string& pipeline, const std::map<std::string, std::string>& files) : Project(pipeline, files) {
    world.sh("git add -A && git commit -q -m pipeline");
    run();
    world.sh("git add -A && git commit -q -m lock");
  }
};

Committed two() { return Committed(test::kTwo, {{"raw", "x\ny\n"}, {"params.yaml", "lr: 1 # rate\n"}}); }

std::vector<Attestation> attestations(Project& project, const std::string& run) {
  return load_attestations(project.open(), run);
}

/// What lies in the repository but for the store, the index and the refs of runs.
std::string traces(Project& project) {
  return project.world.sh(
      "git worktree list | wc -l; git status --porcelain; ls .git/mlo/worktrees 2>&1 | grep -v -e lock -e 'No such' || "
      "true; "
      "ls .git/mlo/runs; find .git/mlo/actions -type f | wc -l; cat mlo.lock; ls .git/worktrees 2>&1 || true");
}

}  // namespace

TEST_CASE("what is done again from commit and store is identical and says so for good", "[verify]") {
  Committed project = two();
  const std::string before = traces(project);
  const VerifyReport report = verified(project);
  CHECK(told(report) == "first identical, second identical");
  CHECK(report.verdict == Reproduction::identical);
  CHECK(traces(project) == before);
  const auto found = attestations(project, project.last.id);
  REQUIRE(found.size() == 1);
  CHECK(found[0].verdict == Reproduction::identical);
  CHECK(found[0].verifier == project.last.user);
  REQUIRE(found[0].stages.size() == 2);
  CHECK(found[0].stages[0].materials.contains("raw"));
  CHECK(found[0].stages[1].subject[0].recorded == found[0].stages[1].subject[0].found);
  CHECK(project.commits() == 1);  // it is no run
  verified(project);
  CHECK(attestations(project, project.last.id).size() == 2);  // they stand beside each other
}

TEST_CASE("a run, one of its stages, and stages of the lock can be verified by name", "[verify]") {
  Committed project = two();
  CHECK(told(verified(project, {.run = project.last.name})) == "first identical, second identical");
  CHECK(told(verified(project, {.run = project.last.id.substr(0, 12)})) == "first identical, second identical");
  CHECK(told(verified(project, {.run = project.outcomes[0].run})) == "first identical");
  CHECK(told(verified(project, {.stages = {"model"}})) == "second identical");
  CHECK(error_of(project, {.run = "nobody"}).starts_with("no run `nobody`"));
}

TEST_CASE("a recorded result that the code does not give is different, with the line", "[verify]") {
  Committed project = two();
  project.world.sh("sed -i s/x/z/ mlo.yaml && git commit -qam 'other code'");  // the lock is not of this commit
  const std::string stale = told(verified(project));
  CHECK(stale.find("second unverifiable: cannot be verified: its commands at that commit are not those that ran") !=
        std::string::npos);
  // A lock that claims what never was: the same action, another output.
  Committed liar = two();
  const Digest lie = liar.open().store().put("lie\ny\n");
  const std::string lock = liar.read("mlo.lock"), model = sha256(liar.read("model")).str();
  REQUIRE(lock.find(model) != std::string::npos);
  liar.write("mlo.lock", replace_all(lock, model, lie.str()));
  const VerifyReport report = verified(liar);
  CHECK(told(report) == "first identical, second different: `model` differs, first at line 1");
  REQUIRE(report.stages[1].diff.size() == 3);
  CHECK(report.stages[1].diff[0] == "-lie");
  CHECK(report.stages[1].diff[2] == "+1");
}

TEST_CASE("running twice tells what never agrees from what no longer does", "[verify]") {
  Committed random("stages: {s: {cmd: 'cat /proc/sys/kernel/random/uuid > out', outs: [out]}}\n", {});
  const VerifyReport never = verified(random, {.twice = true});
  CHECK(told(never).starts_with("s different: two runs here differ from each other: `out` differs, first at line 1"));
  CHECK(never.stages[0].nondeterministic);
  CHECK(never.stages[0].attested.subject[0].again);
}

TEST_CASE("an undeclared input makes two runs agree with each other and differ from the record", "[verify]") {
  Project project("stages: {s: {cmd: 'cat \"$HOME/hidden\" > out', outs: [out]}}\n");
  const fs::path hidden = fs::path(project.world.env.at("HOME")) / "hidden";
  write_file(hidden, "one\n");
  project.world.sh("git add -A && git commit -q -m pipeline");
  REQUIRE(project.run() == "s ran");
  write_file(hidden, "two\n");
  const VerifyReport report = verified(project, {.twice = true});
  CHECK(told(report) ==
        "s different: the two runs agree with each other, and differ from the record: `out` differs, first at line 1" +
            hidden_input(project));
  CHECK_FALSE(report.stages[0].nondeterministic);
  CHECK(report.stages[0].diff == std::vector<std::string>{"-one", "+two"});
}

TEST_CASE("an undeclared file of the work tree is not there when a stage runs again", "[verify]") {
  Committed project("stages: {s: {cmd: 'cat hidden > out', outs: [out]}}\n",
                    {{"hidden", "here\n"}, {".gitignore", "/hidden\n"}});
  const VerifyReport report = verified(project);
  CHECK(told(report) ==
        "s different: its commands fail in a clean work tree: exit code 1: `cat hidden > out`" + hidden_input(project));
  REQUIRE_FALSE(report.stages[0].diff.empty());
  CHECK(report.stages[0].diff[0].find("hidden") != std::string::npos);
}

TEST_CASE("what one stage leaves behind is not there for the next", "[verify]") {
  Project project(
      "stages:\n  a: {cmd: 'echo 1 > one; echo 2 > stray; echo 3 > tracked', outs: [one]}\n"
      "  b: {cmd: 'cat one tracked > two; cat stray >> two || true', deps: [one], outs: [two]}\n",
      {{"tracked", "0\n"}, {".gitignore", "/stray\n"}});
  project.world.sh("git add -A && git commit -q -m pipeline");
  REQUIRE(project.run() == "a ran, b ran");
  project.world.sh("git checkout -q tracked && git add -A && git commit -q -m lock");
  const VerifyReport report = verified(project);
  CHECK(told(report).starts_with("a identical, b different: `two` differs"));
  CHECK(report.stages[1].diff.front() == "-3");
}

TEST_CASE("uncommitted changes that a run kept are done again; those that it lost are named", "[verify]") {
  Project project("stages: {s: {cmd: 'sh make.sh > out', deps: [make.sh], outs: [out]}}\n", {{"make.sh", "echo 1\n"}});
  project.world.sh("git add -A && git commit -q -m pipeline");
  project.write("make.sh", "echo 2; sh helper.sh\n");
  project.write("helper.sh", "echo helped\n");  // declared nowhere, added nowhere
  REQUIRE(project.run() == "s ran");
  REQUIRE(project.last.code.dirty);
  CHECK(told(verified(project, {.run = project.last.name})) == "s identical");
  CHECK(told(verified(project)) == "s unverifiable: cannot be verified: made from uncommitted changes to `make.sh`");
  CHECK(attestations(project, project.last.id).size() == 1);  // nothing is attested where nothing ran
  // A clone has the record, and not the uncommitted files.
  project.world.sh("chmod -R u+w .git/mlo/objects && rm -rf .git/mlo/objects .git/mlo/packs");
  CHECK(told(verified(project, {.run = project.last.name})) ==
        "s unverifiable: cannot be verified: made from uncommitted changes to `make.sh`");
  project.world.sh("git checkout -q make.sh");
}

TEST_CASE("a secret that a dirty run did not keep is named where the stage fails for want of it", "[verify]") {
  Project project("stages: {s: {cmd: 'sed s/T/t/ .env > out', outs: [out]}}\n");
  project.world.sh("git add -A && git commit -q -m pipeline");
  project.write(".env", "TOKEN=1\n");
  REQUIRE(project.run() == "s ran");
  CHECK(told(verified(project, {.run = project.last.name})) ==
        "s different: its commands fail in a clean work tree: exit code 2: `sed s/T/t/ .env > out`; `.env` of its code "
        "was "
        "not kept");
}

TEST_CASE("numbers of metrics files within the tolerance are told from identical ones", "[verify]") {
  const std::string pipeline =
      "stages: {s: {cmd: 'echo \"{\\\"auc\\\": 0.8$(cat \"$HOME/digits\")}\" > m.json', metrics: [m.json: {cache: "
      "false}]";
  const auto run = [&](const std::string& more, const VerifyRequest& request) {
    Project project(pipeline + more + "}}\n");
    const fs::path digits = fs::path(project.world.env.at("HOME")) / "digits";
    write_file(digits, "00000001");
    project.world.sh("git add -A && git commit -q -m pipeline");
    project.run();
    write_file(digits, "00000002");
    return told(verified(project, request));
  };
  CHECK(run("", {}).starts_with("s different"));
  CHECK(run(", tolerance: 1e-6", {}) == "s within-tolerance: `m.json`: numbers within 1e-06");
  CHECK(run("", {.tolerance = 1e-6}).starts_with("s within-tolerance"));
  CHECK(run(", tolerance: 1e-6", {.tolerance = 1e-12}).starts_with("s different: `m.json`: `auc`"));
}

TEST_CASE("a result made by another toolchain that differs is not comparable, and one that agrees is identical",
          "[verify]") {
  Project project("stages: {s: {cmd: 'cat \"$HOME/hidden\" > out', outs: [out]}}\n");
  const fs::path hidden = fs::path(project.world.env.at("HOME")) / "hidden";
  write_file(hidden, "one\n");
  project.world.sh("git add -A && git commit -q -m pipeline");
  project.run();
  // The same record, as another machine would have written it.
  Workspace workspace = project.open();
  RunStore store(workspace);
  RunRecord elsewhere = project.last, stage = store.stages_of(project.last.id).at(0);
  elsewhere.id = make_uuid7(workspace.world().clock.now(), workspace.world().rng);
  elsewhere.name = "elsewhere";
  stage.id = make_uuid7(workspace.world().clock.now(), workspace.world().rng);
  stage.parent = elsewhere.id;
  stage.environment.facts["libc"] = "glibc 2.99";
  store.publish(elsewhere, {stage});
  CHECK(told(verified(project, {.run = "elsewhere"})) == "s identical");
  write_file(hidden, "two\n");
  const std::string text = told(verified(project, {.run = "elsewhere"}));
  CHECK(text.starts_with("s not-comparable: made elsewhere (libc: glibc 2.99 -> "));
  CHECK(text.find("`out` differs, first at line 1") != std::string::npos);
  CHECK(told(verified(project, {.run = project.last.name})).starts_with("s different"));
}

TEST_CASE("an input that the store has lost is an error with the way to get it", "[verify]") {
  Committed project = two();
  project.world.sh("chmod -R u+w .git/mlo/objects && rm -rf .git/mlo/objects .git/mlo/packs");
  CHECK(error_of(project).starts_with("cannot verify stage `second`: its input `top` ("));
  CHECK(error_of(project).find("`mlo pull`") != std::string::npos);
  CHECK(project.world.sh("git worktree list | wc -l; ls .git/mlo/worktrees | grep -v lock || true").starts_with("1\n"));
}

TEST_CASE("a run that found everything up to date is verified by the runs that made it", "[verify]") {
  Committed project = two();
  project.request.name = "release";
  REQUIRE(project.run().empty());
  CHECK(told(verified(project, {.run = "release"})) == "first identical, second identical");
  CHECK(attestations(project, project.last.id).size() == 1);
}

TEST_CASE("a result that came from the cache is done again all the same", "[verify]") {
  Committed project = two();
  project.erase("model");
  project.erase("top");
  REQUIRE(project.run().find("cached") != std::string::npos);
  CHECK(told(verified(project, {.run = project.last.name})) == "first identical, second identical");
}

TEST_CASE("a tracked command and a failed run have nothing to be verified", "[verify]") {
  Project project("stages: {s: {cmd: 'false', outs: [out]}}\n");
  project.world.sh("git add -A && git commit -q -m pipeline");
  project.run();
  CHECK(error_of(project, {.run = project.last.name}).starts_with("no stage of run `"));
  Workspace workspace = project.open();
  const RunRecord one = run_tracked(workspace, {{"true"}, "one", "default", -1}, [](StreamKind, std::string_view) {});
  CHECK(error_of(project, {.run = "one"}) ==
        "run `one` names nothing that it read or wrote, so it cannot be verified / make its command a stage of a "
        "pipeline: `mlo help pipeline`");
}

TEST_CASE("the environment of a verification is clean but for what the stage declares", "[verify]") {
  Project project(
      "stages: {s: {cmd: 'echo \"$SECRET-$WANTED-$MLO_STAGE-\\${PATH:+path}\" > out', env: {WANTED: yes}, "
      "outs: [out]}}\n");
  project.world.env["SECRET"] = "hidden";
  project.world.sh("git add -A && git commit -q -m pipeline");
  project.run();
  const VerifyReport report = verified(project);
  CHECK(report.verdict == Reproduction::different);
  CHECK(report.stages[0].diff == std::vector<std::string>{"-hidden-yes-s-path", "+-yes-s-path"});
}

TEST_CASE("clean_environment keeps how to find programs and nothing that a result could hang on", "[verify]") {
  const Environment clean = clean_environment({{"PATH", "/bin"},
                                               {"HOME", "/h"},
                                               {"LC_NUMERIC", "C"},
                                               {"CONDA_PREFIX", "/c"},
                                               {"PYTHONPATH", "/p"},
                                               {"SEED", "1"},
                                               {"AWS_SECRET_ACCESS_KEY", "s"},
                                               {"GIT_DIR", "/g"},
                                               {"MLO_RUN", "r"},
                                               {"PATHS", "x"}});
  CHECK(clean == Environment{{"CONDA_PREFIX", "/c"}, {"HOME", "/h"}, {"LC_NUMERIC", "C"}, {"PATH", "/bin"}});
}

TEST_CASE("a deterministic stage has seeds, threads and dates pinned, also in a later commit", "[verify]") {
  Project project(
      "stages: {s: {cmd: 'env | grep -E \"^(PYTHONHASHSEED|SOURCE_DATE|TZ|LC_ALL|OMP|MKL|OPENBLAS|CUBLAS|MLO_SEED)\" "
      "| sort > out', deterministic: true, env: {OMP_NUM_THREADS: 2}, outs: [out]}}\n");
  project.world.env["TZ"] = "Europe/Berlin";
  project.world.sh("git add -A && git commit -q -m pipeline");
  REQUIRE(project.run() == "s ran");
  const std::string out = project.read("out");
  CHECK(out.find("OMP_NUM_THREADS=2\nOPENBLAS_NUM_THREADS=1\nPYTHONHASHSEED=0\n") != std::string::npos);
  CHECK(out.find("CUBLAS_WORKSPACE_CONFIG=:4096:8\nLC_ALL=C.UTF-8\nMKL_NUM_THREADS=1\nMLO_SEED=") == 0);
  CHECK(out.ends_with("TZ=UTC\n"));
  project.world.sh("git add -A && GIT_COMMITTER_DATE='2002-02-02T02:02:02Z' git commit -q -m lock");
  CHECK(told(verified(project)) == "s identical");
}

TEST_CASE("`deterministic` changes the action key and a seed is a parameter or made from it", "[verify]") {
  StageLock stage;
  stage.commands = {"true"};
  const Digest plain = action_key(stage, stage.commands);
  stage.deterministic = true;
  CHECK(action_key(stage, stage.commands) != plain);
  stage.action = action_key(stage, stage.commands);
  CHECK(seed_of(stage) < (1ULL << 31U));
  const std::uint64_t made = seed_of(stage);
  stage.params["params.yaml"]["train"] = Value::object().set("seed", 42);
  CHECK(seed_of(stage) == 42);
  stage.params["params.yaml"]["train"] = Value::object().set("seed", -1);
  CHECK(seed_of(stage) == made);
  stage.params["params.yaml"]["train"] = Value::object().set("seeds", 7).set("reseed", 8);
  CHECK(seed_of(stage) == made);
}

TEST_CASE("an attestation that cannot be read is left out with a warning", "[verify]") {
  Committed project = two();
  verified(project);
  Workspace workspace = project.open();
  git::Repository& repo = workspace.repo();
  const std::string dir = attestations_path(project.last.id);
  const std::string text = emit_attestation(load_attestations(workspace, project.last.id).at(0));
  append_history(workspace, {{{dir + "/1-garbage.yaml", repo.write_blob("no: attestation\n")},
                              {dir + "/2-moved.yaml", repo.write_blob(text)}},
                             "garbage\n",
                             workspace.world().clock.now()});
  CHECK(load_attestations(workspace, project.last.id).size() == 1);
}

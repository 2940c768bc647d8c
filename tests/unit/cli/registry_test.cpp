// Registering and promoting in a repository of its own: real git, mlo in-process.
#include "lib/registry/promote.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_workspace.hpp"

using namespace mlo;
using Catch::Contains;

namespace {

constexpr const char* kRegister = "register delay --run first --model model.txt --features f.json";

/// A run `first` that trained and scored a model.
struct Scored : test::TestWorkspace {
  Scored() {
    write("train.csv", "age\n1\n")
        .write("late.csv", "age\n2\n")
        .write("f.json", R"([{"name": "age", "type": "integer"}])");
    write("requirements.txt", "numpy==1\n");
    write("mlo.yaml",
          "stages:\n  train: {cmd: sed s/^/m/ train.csv > model.txt, deps: [train.csv], outs: [model.txt]}\n"
          "  score: {cmd: 'echo \"{\\\"auc\\\": 0.8}\" > m.json', deps: [model.txt, late.csv], "
          "metrics: [m.json: {cache: false}]}\n");
    mlo("version-data add train.csv --name flights");
    mlo("version-data add late.csv --name late-holdout");
    git("add -A && git commit -qm pipeline");
    REQUIRE(mlo("run --name first").code == 0);
    git("add -A && git commit -qm lock");
  }
  /// As many versions: 0.0.1, 0.0.2, ..
  void versions(int count) {
    for (int i = 0; i < count; ++i) REQUIRE(mlo(kRegister).code == 0);
  }
};

}  // namespace

TEST_CASE("registering commits the manifest alone and leaves what was staged", "[registry]") {
  Scored ws;
  ws.write("other.txt", "x\n").git("add other.txt");
  REQUIRE(ws.mlo(kRegister).code == 0);
  CHECK(ws.git("show --format= --name-only HEAD") == ".mlo/models/delay/0.0.1.yaml\n");
  CHECK(ws.git("diff --cached --name-only") == "other.txt\n");
  CHECK(ws.git("cat-file -t delay@v0.0.1") == "tag\n");
  CHECK(ws.git("rev-parse delay@v0.0.1^{}") == ws.git("rev-parse HEAD"));
}

TEST_CASE("a registration that was cut off before its tag is finished by the same command", "[registry]") {
  Scored ws;
  ws.versions(1);
  const std::string commit = ws.git("rev-parse HEAD");
  ws.git("tag -d delay@v0.0.1");
  const auto again = ws.mlo(kRegister);
  CHECK(again.code == 0);
  CHECK_THAT(again.out, Contains("finished registering delay@v0.0.1"));
  CHECK(ws.git("rev-parse HEAD") == commit);
  CHECK(ws.git("rev-parse delay@v0.0.1^{}") == commit);
  ws.git("tag -d delay@v0.0.1");
  const auto other = ws.mlo(std::string(kRegister) + " --description else");
  CHECK(other.code == 4);
  CHECK_THAT(other.err, Contains("committed with other content"));
}

TEST_CASE("models with nested names and bumps", "[registry]") {
  Scored ws;
  REQUIRE(ws.mlo("register ads/click-rate --run first --model model.txt --features f.json --bump minor").code == 0);
  REQUIRE(ws.mlo("register ads/click-rate --run first --model model.txt --features f.json --bump major").code == 0);
  CHECK(ws.git("tag") == "ads/click-rate@v0.1.0\nads/click-rate@v1.0.0\n");
  CHECK(ws.exists(".mlo/models/ads/click-rate/1.0.0.yaml"));
  CHECK(ws.mlo("promote ads/click-rate@1.0.0 --to prod").code == 0);
  CHECK(ws.git("tag -l '*prod*'") == "ads/click-rate#prod#1\n");
}

TEST_CASE("a run of uncommitted code is registered only if that is said", "[registry]") {
  Scored ws;
  ws.write("train.csv", "age\n9\n").write("mlo.yaml", ws.read("mlo.yaml") + "# changed\n");
  ws.mlo("version-data add train.csv --name flights");
  REQUIRE(ws.mlo("run --name dirty").code == 0);
  const auto refused = ws.mlo("register delay --run dirty --model model.txt --features f.json");
  CHECK(refused.code == 4);
  CHECK_THAT(refused.err, Contains("--allow-dirty"));
  CHECK(ws.mlo("register delay --run dirty --model model.txt --features f.json --allow-dirty").code == 0);
  CHECK_THAT(ws.read(".mlo/models/delay/0.0.1.yaml"), Contains("dirty: true"));
}

TEST_CASE("on a detached HEAD the tag keeps the commit", "[registry]") {
  Scored ws;
  ws.git("checkout -q --detach");
  REQUIRE(ws.mlo(kRegister).code == 0);
  ws.git("checkout -q main");
  CHECK(ws.mlo("register verify delay").code == 0);
}

TEST_CASE("verification sees a model that is gone or changed", "[registry]") {
  Scored ws;
  ws.versions(1);
  CHECK(ws.mlo("register verify delay@0.0.1").code == 0);
  REQUIRE(ws.sh("f=$(find .git/mlo/objects -type f -size -20c | xargs grep -l '^m1$' | head -n 1); chmod u+w $f; echo "
                "evil > $f")
              .code == 0);
  const auto bad = ws.mlo("register verify delay@0.0.1");
  CHECK(bad.code == 3);
  CHECK_THAT(bad.out, Contains("damaged in the store"));
}

TEST_CASE("a stage tag counts only as promote made it", "[registry]") {
  Scored ws;
  ws.versions(2);
  REQUIRE(ws.mlo("promote delay@0.0.1 --to prod").code == 0);
  const auto holder = [&] { return ws.mlo("register show delay@prod").out; };
  REQUIRE_THAT(holder(), Contains("delay@v0.0.1"));
  const auto forge = [&](const std::string& script) {
    INFO(script);
    REQUIRE(ws.sh(script).code == 0);
    CHECK_THAT(holder(), Contains("delay@v0.0.1"));
    CHECK_THAT(ws.mlo("promote history delay").out, Contains("unverified"));
    CHECK_THAT(ws.mlo("status").out, Contains("unverified"));
    CHECK_THAT(ws.mlo("register list").out, Contains("unverified"));
    ws.git("tag -d 'delay#prod#9'");
  };
  const std::string message = "git tag -l --format='%(contents)' 'delay#prod#1'";
  const std::string tag = " | git tag -a --cleanup=verbatim -F - 'delay#prod#9' ";
  forge("git tag 'delay#prod#9' delay@v0.0.2^{}");
  forge("git tag -a -m x 'delay#prod#9' delay@v0.0.2^{}");
  forge(message + tag + "delay@v0.0.2^{}");                                                // of another tag
  forge(message + " | sed 's/prod#1/prod#9/'" + tag + "delay@v0.0.2^{}");                  // of another commit
  forge(message + " | sed 's/prod#1/prod#9/; s/0.0.1/0.0.2/'" + tag + "delay@v0.0.2^{}");  // altered
  forge("git update-ref 'refs/tags/delay#prod#9' 'refs/tags/delay#prod#1'");               // copied
}

TEST_CASE("a report without a policy counts only where there was none", "[registry]") {
  Scored ws;
  ws.versions(1);
  ws.write(".mlo/gates/prod.yaml",
           "mlo: gate/1\nstage: prod\ngates:\n  - {id: lineage, check: commit-on, branch: nowhere}\n");
  ws.host().env["GIT_COMMITTER_DATE"] = "2001-02-03T03:00:00Z";
  REQUIRE(ws.sh("git add -A && git commit -qm policy").code == 0);
  REQUIRE(ws.mlo("promote delay@0.0.1 --to test").code == 0);
  REQUIRE(ws.sh("git tag -l --format='%(contents)' 'delay#test#1' > m; sed -n '/^mlo: /,/^$/p' m | sed '$d' | sed "
                "'s/stage: test/stage: prod/' > doc; "
                "(echo x; echo; cat doc; echo; echo 'Mlo-Tag: delay#prod#2'; echo \"Mlo-Report: sha256:$(sha256sum < "
                "doc | cut -c1-64)\") > n; "
                "git tag -a --cleanup=verbatim -F n 'delay#prod#2' delay@v0.0.1^{}")
              .code == 0);
  const auto shown = ws.mlo("register show delay@prod");
  CHECK(shown.code == 3);
  CHECK_THAT(shown.err, Contains("knows no policy, but there was one"));
}

TEST_CASE("gates refuse, an override lets pass and is remembered", "[registry]") {
  Scored ws;
  ws.versions(1);
  ws.write(".mlo/gates/prod.yaml",
           "mlo: gate/1\nstage: prod\ngates:\n  - {id: lineage, check: commit-on, branch: nowhere}\n");
  ws.git("add -A && git commit -qm policy");
  const auto refused = ws.mlo("promote delay@0.0.1 --to prod");
  CHECK(refused.code == 3);
  CHECK(ws.git("tag -l '*prod*'").empty());
  CHECK(ws.mlo("promote delay@0.0.1 --to prod --override nope --reason x").code == 2);
  REQUIRE(
      ws.mlo({"promote", "delay@0.0.1", "--to", "prod", "--override", "lineage", "--reason", "the branch was renamed"})
          .code == 0);
  CHECK_THAT(ws.mlo("promote history delay").out, Contains("lineage overridden: the branch was renamed"));
  CHECK_THAT(ws.git("tag -l --format='%(contents)' 'delay#prod#1'"), Contains("overridden by ada@example.org"));
}

TEST_CASE("of two promotions at once one is a conflict", "[registry]") {
  Scored ws;
  ws.versions(2);
  // The other comes first between this one's gates and its tag.
  struct Silent : RunObserver {
    void waiting(const std::string&, const std::string&) override {}
    void begin(std::size_t, unsigned) override {}
    void started(const Stage&) override {}
    void output(const Stage&, StreamKind, std::string_view) override {}
    void finished(const StageOutcome&, std::size_t, std::size_t) override {}
  } silent;
  test::CollectedLog log;
  test::NoProgress progress;
  World world{*ws.host().clock, *ws.host().rng, ws.host().env, log, progress, {}, 1, ws.path()};
  Workspace workspace = Workspace::open(world);
  const ModelVersion candidate = resolve_model(workspace, "delay@0.0.1");
  const StagePolicy policy = load_stage_policy(workspace, "prod");
  const auto seen = stage_counter(workspace, "delay", "prod");
  const GateVerdict verdict = evaluate_gates(workspace, policy, gate_request(workspace, candidate, policy, {}), silent);
  REQUIRE(ws.mlo("promote delay@0.0.2 --to prod").code == 0);
  try {
    promote(workspace, verdict, seen);
    FAIL("promoted over another");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::conflict);
  }
  CHECK(ws.git("tag -l '*prod*'") == "delay#prod#1\n");
}

TEST_CASE("a clone without tags, and a shallow one, say what to fetch", "[registry]") {
  Scored ws;
  ws.versions(1);
  const auto says = [&](const std::string& options) {
    REQUIRE(ws.sh("rm -rf .git/clone && git clone -q " + options + " file://$PWD .git/clone").code == 0);
    return ws.mlo({"-C", ".git/clone", "register", "show", "delay"});
  };
  const auto bare = says("--no-tags");
  CHECK(bare.code == 1);
  CHECK_THAT(bare.err, Contains("git fetch --tags"));
  CHECK_THAT(says("--no-tags --depth=1").err, Contains("git fetch --unshallow --tags"));
}

TEST_CASE("lineage leads from raw data to the model that holds a stage, and back", "[registry]") {
  Scored ws;
  ws.versions(1);
  REQUIRE(ws.mlo("promote delay@0.0.1 --to prod").code == 0);
  const auto up = ws.mlo("lineage delay@prod --up").out;
  for (const char* part : {"delay@v0.0.1", "holds prod", "flights@", "late-holdout@", "train", "model.txt"})
    CHECK_THAT(up, Contains(part));
  CHECK_THAT(ws.mlo("lineage flights --down").out, Contains("model delay@v0.0.1"));
  CHECK_THAT(ws.mlo("lineage late-holdout --down").out, Contains("model delay@v0.0.1"));
}

TEST_CASE("push and pull carry models and their tags", "[registry]") {
  Scored ws;
  ws.versions(1);
  REQUIRE(ws.sh("git init -q --bare -b main .git/origin.git && git remote add origin $PWD/.git/origin.git && git push "
                "-q origin main && mkdir .git/far")
              .code == 0);
  REQUIRE(ws.mlo("remote add far file://" + (ws.path() / ".git/far").string()).code == 0);
  REQUIRE(ws.mlo("promote delay@0.0.1 --to prod").code == 0);
  REQUIRE(ws.sh("git add -A && git commit -qm remote && git push -q origin main").code == 0);
  REQUIRE(ws.mlo("push").code == 0);
  REQUIRE(ws.sh("git clone -q --no-tags .git/origin.git .git/clone").code == 0);
  REQUIRE(ws.mlo({"-C", ".git/clone", "pull"}).code == 0);
  CHECK_THAT(ws.mlo({"-C", ".git/clone", "promote", "history", "delay"}).out, Contains("v0.0.1"));
  CHECK(ws.mlo({"-C", ".git/clone", "register", "verify", "delay"}).code == 3);
  REQUIRE(ws.mlo({"-C", ".git/clone", "pull", "delay@prod"}).code == 0);
  CHECK(ws.mlo({"-C", ".git/clone", "register", "verify", "delay"}).code == 0);
}

TEST_CASE("what a branch adds is asked about, the newest version of each model", "[registry]") {
  Scored ws;
  ws.versions(1);
  ws.git("checkout -q -b change");
  const auto since = [&](const std::string& range) { return ws.mlo("promote check --to prod --since " + range); };
  CHECK_THAT(since("main").out, Contains("no new version of a model since main"));
  ws.versions(2);
  REQUIRE(ws.mlo("register ads/click --run first --model model.txt --features f.json --version 2.0.0").code == 0);
  const auto all = since("main");
  CHECK(all.code == 0);
  CHECK(all.out == "yes: ads/click@v2.0.0 may go to `prod`\nyes: delay@v0.0.3 may go to `prod`\n");
  CHECK(since("main..change~2").out == "yes: delay@v0.0.2 may go to `prod`\n");
  CHECK(ws.mlo("promote check --to prod --since main --junit gates.xml").code == 0);
  CHECK_THAT(ws.read("gates.xml"), Contains("ads/click@v2.0.0 to prod") && Contains("delay@v0.0.3 to prod"));
  ws.git("tag -d delay@v0.0.3");
  CHECK_THAT(since("main").err, Contains("is here, but not its tag `delay@v0.0.3`") && Contains("git fetch --tags"));
  CHECK_THAT(since("origin/next").err,
             Contains("no commit `origin/next` here") &&
                 Contains("git fetch --tags origin +refs/heads/next:refs/remotes/origin/next"));
  CHECK(since("main...change").code == 2);
  CHECK(since("..change").code == 2);
  CHECK(ws.mlo("promote check --to prod").code == 2);
  CHECK(ws.mlo("promote check delay@0.0.1 --to prod --since main").code == 2);
}

TEST_CASE("a history that is cut is not taken for a stage that nobody holds", "[registry]") {
  Scored ws;
  ws.write(".mlo/gates/prod.yaml",
           "mlo: gate/1\nstage: prod\ngates:\n  - {id: lineage, check: commit-on, branch: main}\n");
  ws.git("add -A && git commit -qm policy");
  ws.versions(2);
  REQUIRE(ws.mlo("promote delay@0.0.1 --to prod").code == 0);
  ws.git("commit -q --allow-empty -m later");
  ws.git("commit -q --allow-empty -m latest");
  REQUIRE(
      ws.sh("git clone -q --depth=1 file://$PWD .git/clone && cd .git/clone && git fetch -q --depth=1 --tags").code ==
      0);
  const auto here = [&](const std::string& line) {
    auto words = test::shell_words(line);
    words.insert(words.begin(), {"-C", ".git/clone"});
    return ws.mlo(words);
  };
  for (const char* line : {"register show delay@prod", "promote delay@0.0.2 --to prod",
                           "promote check delay@0.0.2 --to prod", "promote rollback delay --stage prod"}) {
    INFO(line);
    const auto said = here(line);
    CHECK(said.code == 1);
    CHECK_THAT(said.err,
               Contains("cannot tell who holds `prod` of `delay`") && Contains("hint: git fetch --unshallow --tags"));
  }
  CHECK(here("status").code == 0);
  REQUIRE(ws.sh("cd .git/clone && git fetch -q --unshallow --tags").code == 0);
  CHECK_THAT(here("register show delay@prod").out, Contains("delay@v0.0.1"));
}

TEST_CASE("a clone without content or identity fetches what the gates need", "[registry]") {
  Scored ws;
  ws.write("score.csv", "late,p\n1,0.9\n0,0.2\n");
  ws.write(".mlo/gates/prod.yaml",
           "mlo: gate/1\nstage: prod\nevaluation: {stage: score, dataset: late-holdout}\ngates:\n"
           "  - {id: auc, metric: auc, min: 0.5}\n");
  ws.git("add -A && git commit -qm policy");
  ws.versions(2);
  REQUIRE(ws.sh("git init -q --bare -b main .git/origin.git && git remote add origin $PWD/.git/origin.git && mkdir "
                ".git/far")
              .code == 0);
  REQUIRE(ws.mlo("remote add far file://" + (ws.path() / ".git/far").string()).code == 0);
  REQUIRE(ws.sh("git add -A && git commit -qm remote && git push -q origin main").code == 0);
  REQUIRE(ws.mlo("promote delay@0.0.1 --to prod").code == 0);
  REQUIRE(ws.mlo("push").code == 0);
  REQUIRE(ws.sh("git clone -q .git/origin.git .git/clone").code == 0);
  for (const char* name : {"GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"})
    ws.host().env.erase(name);
  const auto with = ws.mlo({"-C", ".git/clone", "promote", "check", "delay@0.0.2", "--to", "prod"});
  INFO(with.both);
  CHECK(with.code == 0);
  CHECK_THAT(with.out, Contains("compared with delay@v0.0.1"));
  REQUIRE(ws.sh("chmod -R u+w .git/far && rm -rf .git/far/objects .git/far/packs .git/far/index* && rm -rf "
                ".git/clone/.git/mlo")
              .code == 0);
  const auto gone = ws.mlo({"-C", ".git/clone", "promote", "check", "delay@0.0.2", "--to", "prod"});
  CHECK(gone.code == 5);
  CHECK_THAT(gone.err, Contains("model `delay@v0.0.2`"));
}

#include "lib/gates/policy.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/gates/gate.hpp"
#include "tests/unit/gates/gate_project.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

const std::string kLax = policy("  - {id: a, metric: accuracy, min: 0.5}\n");
const std::string kStrict = policy("  - {id: a, metric: accuracy, min: 0.95}\n");

std::string load_error(GateProject& p, const std::string& stage = "prod") {
  try {
    Workspace workspace = p.open();
    load_stage_policy(workspace, stage);
    return "no error";
  } catch (const Error& e) {
    return e.message() + " | " + e.hint();
  }
}

}  // namespace

TEST_CASE("a candidate's own tree cannot change its judge", "[gates]") {
  GateProject p(kStrict);
  p.sh("git branch protected && git config mlo.policyRef protected && git checkout -q -b mine");
  p.write(".mlo/gates/prod.yaml", kLax);
  p.write("evaluate.sh",
          "mkdir -p out; printf 'group,label,p\\na,1,1\\na,0,0\\n' > out/predictions.csv; echo '{}' > metrics.json\n");
  p.write("data/holdout.csv", "group,label\na,1\n");
  p.add_holdout();
  p.commit();
  const GateReport report = p.check("0.9 0.9");  // registered at the tampered commit
  CHECK(GateProject::verdicts(report) == "accuracy: fail (0.9 is below 0.95)");
  CHECK(report.policy == sha256(kStrict));
  CHECK(report.policy_commit == "git-sha1:" + p.sh("git rev-parse protected").substr(0, 40));

  p.write(".mlo/gates/prod.yaml", "mlo: gate/1\nnot even\n");  // nor can the work tree
  CHECK(GateProject::verdicts(p.check("0.9 0.9")) == "accuracy: fail (0.9 is below 0.95)");
}

TEST_CASE("policies come from mlo.policyRef, else origin/HEAD, else HEAD with a remark", "[gates]") {
  GateProject p(kLax);
  const auto loaded = [&] {
    Workspace workspace = p.open();
    const StagePolicy policy = load_stage_policy(workspace, "prod");
    return policy.ref + (policy.unprotected ? " unprotected" : "");
  };
  CHECK(loaded() == "HEAD unprotected");
  p.sh(
      "git update-ref refs/remotes/origin/main HEAD && git symbolic-ref refs/remotes/origin/HEAD "
      "refs/remotes/origin/main");
  CHECK(loaded() == "refs/remotes/origin/HEAD");
  p.sh("git tag rules && git config mlo.policyRef refs/tags/rules");
  CHECK(loaded() == "refs/tags/rules");
}

TEST_CASE("a protected ref that is not here comes with the line that fetches it", "[gates]") {
  GateProject p(kLax);
  const auto error = [&](const std::string& ref) {
    p.sh("git config mlo.policyRef " + ref);
    return load_error(p);
  };
  CHECK(error("refs/remotes/origin/rules") ==
        "cannot read policies: `mlo.policyRef` is `refs/remotes/origin/rules`, which is not here | git fetch origin "
        "+refs/heads/rules:refs/remotes/origin/rules");
  CHECK(error("origin/a/b").ends_with("| git fetch origin +refs/heads/a/b:refs/remotes/origin/a/b"));
  CHECK(error("refs/heads/rules").ends_with("| git fetch origin +refs/heads/rules:refs/heads/rules"));
  CHECK(error("refs/remotes/origin/HEAD").ends_with("| git remote set-head origin --auto"));
}

TEST_CASE("the fetch line mends a shallow clone of one branch", "[gates]") {
  GateProject p(kStrict);
  p.sh(
      "git branch rules && git checkout -q -b work && git commit -q --allow-empty -m work &&"
      "git clone -q --depth=1 --single-branch -b work file://$PWD clone && cd clone && git config mlo.policyRef "
      "origin/rules");
  TestWorld& w = p.world;
  const fs::path before = w.world.cwd;
  w.world.cwd = before / "clone";
  const std::string error = load_error(p);
  const std::string line = error.substr(error.find("git fetch"));
  p.sh("cd clone && " + line + " -q");
  CHECK(load_error(p) == "no error");
  Workspace clone = p.open();
  const StagePolicy policy = load_stage_policy(clone, "prod");
  CHECK(*was_policy(clone, "prod", *policy.id, *policy.commit));
  CHECK_FALSE(was_policy(clone, "prod", *policy.id, *git::ObjectId::parse(std::string(40, '1'))).has_value());
  w.world.cwd = before;
}

TEST_CASE("only what the protected ref once said was a policy", "[gates]") {
  GateProject p(kStrict);
  Workspace workspace = p.open();
  const git::ObjectId old_commit = *workspace.repo().head();
  p.write(".mlo/gates/prod.yaml", kLax);
  p.commit();
  const git::ObjectId new_commit = *workspace.repo().head();
  p.sh("git config mlo.policyRef main && git checkout -q -b mine");
  p.write(".mlo/gates/prod.yaml", kLax + "x-mine: 1\n");
  p.commit();
  Workspace again = p.open();
  CHECK(*was_policy(again, "prod", sha256(kStrict), old_commit));
  CHECK(*was_policy(again, "prod", sha256(kLax), new_commit));
  CHECK_FALSE(*was_policy(again, "prod", sha256(kLax), old_commit));
  CHECK_FALSE(*was_policy(again, "staging", sha256(kLax), new_commit));
  CHECK_FALSE(*was_policy(again, "prod", sha256(kLax + "x-mine: 1\n"), *again.repo().head()));
}

TEST_CASE("a policy that is wrong says where, and where to mend it", "[gates]") {
  const auto error = [](const std::string& gate) {
    GateProject p(policy("  - " + gate + "\n"));
    const std::string text = load_error(p);
    return text.substr(0, text.find(" | "));
  };
  const std::string at = ".mlo/gates/prod.yaml:5:";
  CHECK(error("{id: a, metric: auc, min: 0.8, mim: 1}") ==
        at + "41: unknown key `mim` in gate `a`; did you mean `min`?");
  CHECK(error("{id: a, metric: auc}") == at + "21: `auc` needs a bound: `min`, `max` or `max_regression`");
  CHECK(error("{id: a, metric: own, min: 1}") ==
        at + "21: `own` needs a `direction`: `higher` or `lower`, which is better");
  CHECK(error("{id: a, metric: aoc, min: 1}") ==
        at + "21: `aoc` needs a `direction`: `higher` or `lower`, which is better; did you mean `auc`?");
  CHECK(error("{id: a, metric: own, max_regresion: {abs: 0}, confidence: 0.9}") ==
        at + "41: unknown key `max_regresion` in gate `a`; did you mean `max_regression`?");
  CHECK(error("{id: a, check: commit-on, brnch: main}") ==
        at + "38: unknown key `brnch` in gate `a`; did you mean `branch`?");
  CHECK(error("{id: a, metric: auc, direction: lower, min: 1}") == at + "37: `auc` is better when higher");
  CHECK(error("{id: a, metric: auc, min: .nan}") == at + "31: `min` must be a finite number");
  CHECK(error("{id: a, metric: auc, max_regression: {}}") == at + "42: `max_regression` needs `abs` or `rel`");
  CHECK(error("{id: a, metric: auc, max_regression: {abs: -1}}") == at + "48: `abs` must not be negative");
  CHECK(error("{id: a, metric: auc, min: 0, confidence: 0.9}") ==
        at + "46: `confidence` needs `max_regression`, which it is about");
  CHECK(error("{id: a, metric: auc, max_regression: {abs: 0}, confidence: 95}") ==
        at + "64: `confidence` must be at least 0.5 and below 1");
  CHECK(error("{id: a, metric: own, direction: lower, max_regression: {abs: 0}, confidence: 0.9}")
            .starts_with(at + "82: `confidence` needs rows to draw from"));
  CHECK(error("{id: a, metric: auc, slices: [gruop], min: 0}") ==
        at + "34: `gruop` is not among `slices` of `columns` in `evaluation`; did you mean `group`?");
  CHECK(error("{id: a, metric: auc, slices: [group]}") ==
        at + "21: slices need a bound: `min`, `max`, `max_gap` or `min_ratio`");
  CHECK(error("{id: a, check: comit-on, branch: main}") ==
        at + "20: unknown check `comit-on` in gate `a`; did you mean `commit-on`?");
  CHECK(error("{id: a, check: commit-on}") == at + "5: missing `branch` in gate `a`");
  CHECK(error("{id: a, metric: latency_ms.p42, max: 1, command: x}") ==
        at + "21: a latency is `latency_ms.p50`, `latency_ms.p90`, `latency_ms.p95` or `latency_ms.p99`");
  CHECK(error("{id: a, metric: latency_ms.p50, max: 1}") == at + "5: missing `command` in gate `a`");
  GateProject p(kLax);
  p.write(".mlo/gates/staging.yaml", kLax);
  p.commit();
  CHECK(load_error(p, "staging") ==
        ".mlo/gates/staging.yaml: it says `stage: prod` | the policy is read from `HEAD`: mend it there");
  CHECK(load_error(p, "../etc").starts_with("`../etc` is not the name of a stage"));
}

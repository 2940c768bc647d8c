#include <sys/file.h>

#include "lib/runs/run_store.hpp"
#include "tests/unit/gates/gate_project.hpp"

using namespace mlo;
using namespace mlo::test;

TEST_CASE("mlo computes what it can from the predictions, whatever the stage says of itself", "[gates]") {
  GateProject p(
      policy("  - {id: auc, metric: auc, min: 0.8}\n  - {id: accuracy, metric: accuracy, min: 0.85}\n"
             "  - {id: size, metric: size, direction: lower, max: 100}\n"));
  const GateReport good = p.check("0.9 0.9");
  CHECK(GateProject::verdicts(good) == "auc: pass; accuracy: pass; size: pass");
  CHECK(good.candidate.metrics.at("accuracy") == 0.9);
  CHECK(good.passed());
  const GateReport bad = p.check("0.8 0.8");  // metrics.json says auc = 1.0
  CHECK(GateProject::verdicts(bad) == "auc: pass; accuracy: fail (0.8 is below 0.85); size: pass");
  CHECK_FALSE(bad.passed());
  REQUIRE(bad.holdout);
  CHECK(bad.holdout->name == "holdout");
  CHECK(p.leftovers() == "");
}

TEST_CASE("each evaluation is a run of the experiment gates, and the second comes from the cache", "[gates]") {
  GateProject p(policy("  - {id: accuracy, metric: accuracy, min: 0.5}\n"));
  const GateReport first = p.check("0.9 0.9", "0.8 0.8");
  CHECK(p.quiet.last == StageResult::ran);
  const GateReport second = p.check("0.9 0.9", "0.8 0.8");
  CHECK(p.quiet.last == StageResult::cached);
  CHECK(second.candidate.metrics == first.candidate.metrics);
  CHECK(second.champion->metrics == first.champion->metrics);
  CHECK(first.champion->metrics.at("accuracy") == 0.8);
  Workspace workspace = p.open();
  RunStore runs(workspace);
  RunQuery query;
  query.experiment = "gates";
  CHECK(runs.search(query).size() == 4);
  CHECK(runs.find(first.candidate.run).record.experiment == "gates");
  CHECK_FALSE(find_stat(p.world.dir / "mlo.lock"));
  CHECK_FALSE(find_stat(p.world.dir / "out"));
}

TEST_CASE("a candidate may be worse than the champion by so much and no more", "[gates]") {
  GateProject p(policy("  - {id: accuracy, metric: accuracy, max_regression: {abs: 0.1}}\n"));
  CHECK(GateProject::verdicts(p.check("0.8 0.8", "0.9 0.9")) == "accuracy: pass (0.1 below the champion)");
  CHECK(GateProject::verdicts(p.check("0.7 0.9", "0.9 0.9")) ==
        "accuracy: fail (0.15 below the champion; 0.1 is allowed)");
  CHECK(GateProject::verdicts(p.check("0.9 0.9", "0.9 0.9")) == "accuracy: pass");
  CHECK(GateProject::verdicts(p.check("0.9 0.9")) == "accuracy: pass (no version holds `prod` yet)");
  CHECK(GateProject::verdicts(p.check("0.9 0.9", "broken"))
            .starts_with("accuracy: missing (of the champion: stage `evaluate` failed: exit code 1"));
}

TEST_CASE("a relative bound is relative to the champion; of two bounds both must hold", "[gates]") {
  GateProject p(
      policy("  - {id: a, metric: accuracy, max_regression: {rel: 0.2}}\n"
             "  - {id: b, metric: brier, max_regression: {abs: 0.2, rel: 0.5}}\n"));
  const GateReport report = p.check("0.8 0.8", "0.9 0.9");  // brier is 0.2 and 0.1
  CHECK(report.results[0].verdict == Verdict::pass);
  CHECK(report.results[0].bound == "at most 20 % below the champion");
  CHECK(report.results[1].verdict == Verdict::fail);
  CHECK(report.results[1].bound == "at most 0.2 and 50 % above the champion");
  CHECK(report.results[1].reason == "0.1 above the champion; 0.05 is allowed");
}

TEST_CASE("with a confidence the loss must be small enough for nearly every draw of rows", "[gates]") {
  GateProject p(
      policy("  - {id: wide, metric: accuracy, max_regression: {abs: 0.13}, confidence: 0.95}\n"
             "  - {id: narrow, metric: accuracy, max_regression: {abs: 0.105}, confidence: 0.95}\n"));
  const GateReport report = p.check("0.8 0.8", "0.9 0.9");  // 0.1 worse, standard error 0.015
  CHECK(report.results[0].verdict == Verdict::pass);
  CHECK(report.results[1].verdict == Verdict::fail);
  CHECK(report.results[0].reason.starts_with("with 95 % confidence at most 0.12"));
  CHECK(p.check("0.8 0.8", "0.9 0.9").results[1].reason == report.results[1].reason);
  CHECK(p.check("0.9 0.9", "0.8 0.8").results[1].reason.starts_with("with 95 % confidence at least 0.07"));
}

TEST_CASE("a baseline that must be there and is not says no", "[gates]") {
  GateProject p(
      policy("  - {id: a, metric: accuracy, max_regression: {abs: 0.1}}\n", "baseline: {on_missing: fail}\n"));
  CHECK(GateProject::verdicts(p.check("0.9 0.9")) == "accuracy: fail (no version holds `prod` yet)");
}

TEST_CASE("slices are judged one by one and against each other", "[gates]") {
  GateProject p(policy("  - {id: fair, metric: accuracy, slices: [group], min: 0.6, max_gap: 0.2, min_ratio: 0.7}\n"));
  CHECK(p.check("0.9 0.8").passed());
  const GateReport report = p.check("0.9 0.4");
  REQUIRE(report.results.size() == 4);
  CHECK(GateProject::verdicts(report) ==
        "accuracy[group=a]: pass (300 rows); accuracy[group=b]: fail (0.4 is below 0.6 on 100 rows); "
        "accuracy gap[group]: fail (0.4 to 0.9); accuracy ratio[group]: fail (0.4 to 0.9)");
}

TEST_CASE("slices with little support are shown, and cannot make a gate pass alone", "[gates]") {
  GateProject p(
      policy("  - {id: some, metric: accuracy, slices: [group], min: 0.8, max_gap: 0.1, min_support: 200}\n"
             "  - {id: none, metric: accuracy, slices: [group], max_gap: 0.1, min_support: 500}\n"
             "  - {id: bare, metric: accuracy, slices: [group], min: 0.1, min_support: 500}\n"));
  CHECK(GateProject::verdicts(p.check("0.9 0.1")) ==
        "accuracy[group=a]: pass (300 rows); accuracy[group=b]: pass (100 rows, too few to judge); "
        "accuracy gap[group]: pass (0.9 to 0.9); "
        "accuracy[group=a]: pass (300 rows, too few to judge); accuracy[group=b]: pass (100 rows, too few to judge); "
        "accuracy gap[group]: missing (no slice has 500 rows); "
        "accuracy[group=a]: pass (300 rows, too few to judge); accuracy[group=b]: pass (100 rows, too few to judge); "
        "accuracy[group]: missing (no slice has 500 rows)");
}

TEST_CASE("an evaluation that fails leaves every metric missing", "[gates]") {
  GateProject p(
      policy("  - {id: a, metric: accuracy, min: 0.1}\n  - {id: f, metric: accuracy, slices: [group], min: 0.1}\n"));
  const GateReport report = p.check("broken", "0.9 0.9");
  for (const GateResult& result : report.results) {
    CHECK(result.verdict == Verdict::missing);
    CHECK(result.reason.starts_with("stage `evaluate` failed: exit code 1"));
  }
  CHECK_FALSE(report.passed());
  CHECK(p.leftovers() == "");
}

TEST_CASE("predictions that do not answer leave the metrics missing", "[gates]") {
  GateProject p(policy("  - {id: a, metric: accuracy, min: 0.1}\n"));
  const auto with = [&](const std::string& body) {
    p.write("evaluate.sh", "cat model.txt; mkdir -p out; echo '{\"accuracy\": 1}' > metrics.json\n" + body);
    p.commit();
    return GateProject::verdicts(p.check("0.9 0.9"));
  };
  CHECK(with("printf 'group,label,p\\na,1,0.9\\na,0,nan\\n' > out/predictions.csv") ==
        "accuracy: missing (`accuracy` is not a number on these rows)");
  CHECK(with("printf 'group,label,p\\na,1,0.9\\na,,0.1\\n' > out/predictions.csv") ==
        "accuracy: missing (`accuracy` is not a number on these rows)");
  CHECK(with("printf 'group,label,p\\na,perhaps,0.9\\n' > out/predictions.csv").find("string 'perhaps' to DOUBLE") !=
        std::string::npos);
  CHECK(with("printf 'group,label,p\\n' > out/predictions.csv") ==
        "accuracy: missing (predictions `out/predictions.csv`: 0 rows, fewer than `min_rows: 1`)");
}

TEST_CASE("a policy whose columns the predictions lack is an error that names those there are", "[gates]") {
  GateProject p(policy("  - {id: a, metric: accuracy, min: 0.1}\n"));
  p.write("evaluate.sh",
          "cat model.txt; mkdir -p out; echo '{}' > metrics.json; printf 'group,label,q\\na,1,0.9\\n' > "
          "out/predictions.csv");
  p.commit();
  CHECK(p.error("0.9 0.9") ==
        ".mlo/gates/prod.yaml: predictions `out/predictions.csv`: no column `p`, which `score` of `columns` in the "
        "policy "
        "names | its columns: `group`, `label`, `q`");
  CHECK(p.leftovers() == "");
}

TEST_CASE("a policy that cannot work with the pipeline is an error, not a verdict", "[gates]") {
  const std::string gate = "  - {id: a, metric: accuracy, min: 0.1}\n";
  const auto error = [](const std::string& text, const std::string& pipeline = kPipeline) {
    GateProject p(text, pipeline);
    std::string out = p.error("0.9 0.9");
    CHECK(p.leftovers() == "");
    return out;
  };
  const auto changed = [](std::string text, std::string_view from, std::string_view to) {
    return text.replace(text.find(from), from.size(), to);
  };
  CHECK(error(changed(policy(gate), "stage: evaluate", "stage: evalute")) ==
        ".mlo/gates/prod.yaml: the pipeline has no stage `evalute` | did you mean `evaluate`?");
  CHECK(
      error(changed(policy(gate), "dataset: holdout", "dataset: other"))
          .starts_with(".mlo/gates/prod.yaml: stage `evaluate` does not depend on a dataset `other`, the holdout | "));
  CHECK(error(changed(policy(gate), "stage: evaluate,", "stage: evaluate, model: data,"))
            .starts_with(".mlo/gates/prod.yaml: the model's place `data` overlaps the dataset `holdout`"));
  CHECK(error(changed(policy(gate), "stage: evaluate,", "stage: evaluate, model: other.txt,"))
            .starts_with(".mlo/gates/prod.yaml: stage `evaluate` does not depend on the model `other.txt`"));
  CHECK(error(policy(gate), changed(kPipeline, "outs: [out/predictions.csv]", "outs: [out/p.csv]"))
            .starts_with(".mlo/gates/prod.yaml: `out/predictions.csv` is not an output of stage `evaluate` | "));
  CHECK(error(policy(gate), changed(changed(kPipeline, "outs: [model.txt]", "outs: [model.txt, scale.txt]"),
                                    "model.txt, evaluate.sh", "model.txt, scale.txt, evaluate.sh"))
            .starts_with(
                ".mlo/gates/prod.yaml: stage `evaluate` needs `scale.txt`, which stage `train` makes along with"));
}

TEST_CASE("what the evaluation needs from other stages is made first, never the model", "[gates]") {
  GateProject p(policy("  - {id: a, metric: accuracy, min: 0.85}\n"),
                R"(stages:
  prepare: {cmd: 'cp data/holdout.csv rows.csv', deps: [data/holdout.csv], outs: [rows.csv]}
  train: {cmd: 'false', deps: [train.txt], outs: [model.txt]}
  evaluate:
    cmd: sed s,data/holdout,rows, evaluate.sh | sh
    deps: [rows.csv, model.txt, evaluate.sh]
    outs: [out/predictions.csv]
    metrics: [metrics.json: {cache: false}]
)");
  CHECK(GateProject::verdicts(p.check("0.9 0.9")) == "accuracy: pass");
}

TEST_CASE("a version must have held the stages that the policy wants it to come from", "[gates]") {
  GateProject p(policy("  - {id: a, metric: accuracy, min: 0.1}\n", "from: [staging]\n"));
  GateRequest request{p.version("1.1.0", "0.9 0.9"), {}, {}, {}};
  CHECK(GateProject::verdicts(p.check(request)) == "staging: fail (it never held `staging`); accuracy: pass");
  request.held = {"staging"};
  CHECK(p.check(request).passed());
}

TEST_CASE("an override lets one gate pass, is in the report, and must name a gate and a reason", "[gates]") {
  GateProject p(policy("  - {id: a, metric: accuracy, min: 0.99}\n"));
  GateRequest request{p.version("1.1.0", "0.9 0.9"), {}, {}, {{"a", "the holdout is old", "ada@example.org"}}};
  const GateReport report = p.check(request);
  CHECK(report.passed());
  CHECK(report.results[0].verdict == Verdict::fail);
  CHECK(report.overrides.size() == 1);
  const auto error = [&](const GateOverride& override) {
    request.overrides = {override};
    try {
      p.check(request);
    } catch (const Error& e) {
      return e.message();
    }
    return std::string();
  };
  CHECK(error({"b", "why", "ada"}) == "the policy has no gate `b`");
  CHECK(error({"a", " ", "ada"}) == "overriding `a` needs a reason");
}

TEST_CASE("a stage without a policy is open", "[gates]") {
  GateProject p(policy("  - {id: a, metric: accuracy, min: 0.99}\n"));
  Workspace workspace = p.open();
  const StagePolicy open = load_stage_policy(workspace, "staging");
  CHECK_FALSE(open.policy);
  const GateReport report =
      evaluate_gates(workspace, open, {p.version("1.1.0", "0.9 0.9"), {}, {}, {}}, p.quiet).report();
  CHECK(report.passed());
  CHECK(report.policy_commit.empty());
}

TEST_CASE("a stop in the middle of an evaluation leaves no work tree", "[gates]") {
  GateProject p(policy("  - {id: a, metric: accuracy, min: 0.1}\n"));
  p.quiet.on_start = [&](const Stage&) { p.world.stop.request_stop(); };
  CHECK(p.error("0.9 0.9").starts_with("interrupted"));
  CHECK(p.leftovers() == "");
}

TEST_CASE("what a killed check left is cleared by the next, also half made", "[gates]") {
  GateProject p(policy("  - {id: a, metric: accuracy, min: 0.1}\n"));
  p.sh("git worktree add -q --detach .git/mlo/worktrees/mlo-gates-0 HEAD && rm .git/worktrees/mlo-gates-0/gitdir");
  CHECK(p.check("0.9 0.9").passed());
  CHECK(p.leftovers() == "");
}

TEST_CASE("two checks at once have a work tree each", "[gates]") {
  GateProject p(policy("  - {id: a, metric: accuracy, min: 0.1}\n"));
  Workspace workspace = p.open();
  const auto taken = LockFile::try_acquire(workspace.local() / "worktrees/mlo-gates-0.lock", "another");
  REQUIRE(taken);
  CHECK(p.check("0.9 0.9").passed());
  CHECK(p.leftovers() == "");
}

TEST_CASE("a model that is not here is named", "[gates]") {
  GateProject p(policy("  - {id: a, metric: accuracy, min: 0.1}\n"));
  GateRequest request{p.version("1.1.0", "0.9 0.9"), {}, {}, {}};
  request.candidate.model.model.id = Digest();
  try {
    p.check(request);
    FAIL();
  } catch (const Error& e) {
    CHECK(e.kind() == ErrorKind::not_found);
    CHECK(e.message().starts_with("the model of `delay@1.1.0`"));
  }
  CHECK(p.leftovers() == "");
}

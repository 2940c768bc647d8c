#include <cmath>

#include "lib/crypto/sha256.hpp"
#include "lib/manifest/gate_policy.hpp"
#include "lib/util/fs.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.message();
  }
  return "no error";
}

std::string policy_error(const std::string& text) {
  return error_of([&] { parse_gate_policy(text, "prod.yaml"); });
}

const std::string kHead = "mlo: gate/1\nstage: prod\n";
const std::string kGates = "gates:\n  - {id: a, check: commit-on, branch: main}\n";

std::string with_evaluation(const std::string& fields) {
  return kHead + "evaluation: {stage: evaluate, dataset: holdout" + fields + "}\n" + kGates;
}

}  // namespace

TEST_CASE("a report reads back, and cannot say that it passed if it did not", "[manifest]") {
  GateReport report;
  report.stage = "prod";
  report.candidate = {"delay", "1.2.0", sha256("m"), "git-sha1:" + std::string(40, 'a'), "", {{"auc", NAN}}};
  GateResult result;
  result.gate = result.check = result.what = "auc";
  result.verdict = Verdict::missing;
  report.results = {result};
  CHECK_FALSE(report.passed());
  std::string text = emit_gate_report(report);
  CHECK(emit_gate_report(parse_gate_report(text, "r")) == text);
  text.replace(text.find("passed: false"), 13, "passed: true");
  CHECK(error_of([&] { parse_gate_report(text, "r"); }) == "r:3:9: `passed` is not what the results and overrides say");

  report.overrides = {{"auc", "the label came late", "ada@example.org"}};
  CHECK(report.passed());
  report.overrides[0].gate = "other";
  CHECK_FALSE(report.passed());
  report.results[0].severity = Severity::soft;
  CHECK(report.passed());
  report.results[0].severity = Severity::hard;
  report.results[0].verdict = Verdict::fail;
  CHECK_FALSE(report.passed());
  report.results.clear();
  CHECK(report.passed());
}

TEST_CASE("the policy of the documentation is read as it is meant", "[manifest]") {
  const GatePolicy policy = parse_gate_policy(read_file("tests/golden/gate.yaml"), "gate.yaml");
  CHECK(policy.stage == "prod");
  CHECK(policy.from == std::vector<std::string>{"staging"});
  CHECK(policy.baseline.stage == "prod");
  CHECK_FALSE(policy.baseline.required);
  REQUIRE(policy.evaluation);
  CHECK(policy.evaluation->predictions == "out/predictions.csv");
  CHECK(policy.evaluation->slices == std::vector<std::string>{"carrier", "airport"});
  CHECK(policy.evaluation->min_rows == 1000);
  CHECK(policy.evaluation->threshold == 0.4);
  CHECK(policy.gates.size() == 7);
  CHECK(policy.gates[6].severity == Severity::soft);
}

TEST_CASE("a policy says where it is wrong", "[manifest]") {
  CHECK(policy_error("mlo: gate/2\nstage: prod\n") ==
        "prod.yaml:1:6: `gate/2` is newer than this mlo, which reads `gate/1`");
  CHECK(policy_error(kHead + kGates + "approvals: {min: 2}\n") ==
        "prod.yaml:5:12: unknown key `approvals` in the policy");
  CHECK(policy_error(kHead + "gates: []\n") == "prod.yaml:3:8: `gates` must name at least one gate");
  CHECK(policy_error(kHead) == "prod.yaml:1:1: missing `gates` in the policy");
  CHECK(policy_error(kHead + "gates:\n  - {id: a, metric: x, check: z}\n") ==
        "prod.yaml:4:5: gate `a` needs only one of `metric` or `check`");
  CHECK(policy_error(kHead + "gates:\n  - {id: a}\n") == "prod.yaml:4:5: gate `a` needs a `metric` or `check`");
  CHECK(policy_error(kHead + "gates:\n  - {id: a, check: x}\n  - {id: a, check: x}\n") ==
        "prod.yaml:5:5: two gates have the id `a`");
  CHECK(policy_error(kHead + "gates:\n  - {id: a, check: x, severity: mild}\n") ==
        "prod.yaml:4:33: `severity` must be `hard` or `soft`");
  CHECK(policy_error(kHead + "baseline: {on_missing: maybe}\n" + kGates) ==
        "prod.yaml:3:24: `on_missing` must be `pass` or `fail`");
  CHECK(policy_error(with_evaluation(", predictions: ../out")) ==
        "prod.yaml:3:62: `../out` is not a path below the repository");
  CHECK(policy_error(with_evaluation(", predictions: out")) ==
        "prod.yaml:3:62: `predictions` needs `columns` with `label` and `score`");
  CHECK(policy_error(with_evaluation(", min_rows: 3")) == "prod.yaml:3:59: `min_rows` needs `predictions`");
  CHECK(policy_error(with_evaluation(", predictions: o, columns: {label: t}")) ==
        "prod.yaml:3:74: missing `score` in `columns`");
  CHECK(policy_error(with_evaluation(", predictions: o, columns: {label: t, score: p}, threshold: 2")) ==
        "prod.yaml:3:107: `threshold` must be between 0 and 1");
  CHECK(policy_error("mlo: gate/1\nstage: Prod\n" + kGates) == "prod.yaml:2:8: `Prod` is not the name of a stage");
}

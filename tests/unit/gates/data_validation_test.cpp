#include "lib/data/add.hpp"
#include "lib/gates/gate.hpp"
#include "lib/workspace/workspace.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

/// A version that was trained on the rows of `train` before they went bad.
struct Project : test::TestWorld {
  std::optional<Workspace> workspace;
  GateSubject candidate;
  Digest good, bad;

  Project() {
    git_init();
    Workspace::init(world);
    dir.write("suite.yaml",
              "mlo: suite/1\nname: s\nexpectations:\n  - {type: expect_column_values_to_be_between, column: x, "
              "min_value: 0}\n");
    good = version("x\n1\n2\n");
    candidate.commit = *workspace->repo().head();
    candidate.model.training = {{"train", good}};
    bad = version("x\n1\n-2\n");
  }
  Digest version(std::string_view text) {
    dir.write("t.csv", text);
    Workspace own = Workspace::open(world);
    const AddReport report =
        add_datasets(own, {.paths = {"t.csv"}, .name = "train", .source = {}, .message = {}, .suite = "suite.yaml"});
    sh("git add -A && git commit -q -m data");
    workspace.emplace(Workspace::open(world));
    return report.datasets.at(0).manifest.tree;
  }
  GateResult ask(const std::string& fields, const std::string& more = {}) {
    const GatePolicy rules = parse_gate_policy(
        "mlo: gate/1\nstage: prod\n" + more + "gates:\n  - {id: g, check: data-validation, " + fields + "}\n",
        "p.yaml");
    const GateFacts facts{rules, candidate, {}, nullptr, *workspace, world, *workspace->repo().head()};
    return read_gates(rules).at(0).gate->ask(facts).at(0);
  }
};

}  // namespace

TEST_CASE("data is judged as the version used it, by the suite of the policy's commit", "[gates]") {
  Project p;
  CHECK(p.ask("dataset: train").verdict == Verdict::pass);
  p.candidate.model.training = {{"train", p.bad}};
  const GateResult result = p.ask("dataset: train, suite: suite.yaml");
  CHECK(result.verdict == Verdict::fail);
  CHECK(result.candidate == 1);
  CHECK(result.reason == "1 of 1 expectation failed: expect_column_values_to_be_between (x): 1 of 2 rows (50%)");
  p.dir.write("suite.yaml", "mlo: suite/1\nname: s\nexpectations:\n  - {type: expect_column_to_exist, column: x}\n");
  CHECK(p.ask("dataset: train").verdict == Verdict::fail);  // what is not committed does not count
}

TEST_CASE("the holdout is judged as the policy's commit has it", "[gates]") {
  Project p;
  const std::string holdout = "evaluation: {stage: e, dataset: train}\n";
  CHECK(p.ask("dataset: train", holdout).verdict == Verdict::fail);
  p.version("x\n3\n");
  CHECK(p.ask("dataset: train", holdout).verdict == Verdict::pass);
}

TEST_CASE("data that cannot be judged lets nothing pass", "[gates]") {
  Project p;
  CHECK(p.ask("dataset: train, suite: gone.yaml").reason == "the policy's commit has no file `gone.yaml`");
  CHECK(p.ask("dataset: other").verdict == Verdict::missing);
  p.candidate.model.training = {};
  CHECK(p.ask("dataset: train").reason == "the version does not record that it used `train`");
  p.candidate.model.training = {{"train", *Digest::parse("sha256:" + std::string(64, 'a'))}};
  CHECK(p.ask("dataset: train").reason == "the data of `train` is not in the store");
}

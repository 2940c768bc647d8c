#include <cmath>
#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/data/add.hpp"
#include "lib/gates/gate.hpp"
#include "lib/runs/attestations.hpp"
#include "lib/util/random.hpp"
#include "lib/workspace/workspace.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

// What every kind of gate promises. A new kind gets one line in `kExamples`.
using namespace mlo;

namespace {

struct Example {
  std::string_view kind;
  std::string_view good;     ///< fields of an entry that is right, and passes in `Bench`
  std::string_view unknown;  ///< the same with a value that is not there, so `missing`
  std::string_view bad;      ///< a field that is refused, in place of the last one of `good`
};

const Example kExamples[] = {
    {"metric", "metric: accuracy, min: 0.5", "metric: absent, direction: higher, min: 0.5",
     "metric: accuracy, min: high"},
    {"metric", "metric: size, direction: lower, max: 5", "metric: nan, direction: lower, max: 5",
     "metric: size, direction: up"},
    {"metric", "metric: accuracy, max_regression: {abs: 0.3}, confidence: 0.9",
     "metric: no_champion, direction: higher, max_regression: {abs: 0.1}", "metric: accuracy, max_regression: 3"},
    {"fairness", "metric: accuracy, slices: [group], min: 0.5, min_support: 2",
     "metric: precision, slices: [group], max_gap: 1, min_support: 2", "metric: accuracy, slices: group, min: []"},
    {"latency", "metric: latency_ms.p50, samples: 3, command: 'true', max: 1000000",
     "metric: latency_ms.p50, command: 'false', max: 1000000", "metric: latency_ms.p50, command: 'true', max: -1"},
    {"commit-on", "check: commit-on, branch: main", "check: commit-on, branch: gone", "check: commit-on, branch: 3"},
    {"data-validation", "check: data-validation, dataset: d", "check: data-validation, dataset: d, suite: gone.yaml",
     "check: data-validation, dataset: D"},
    {"reproducible", "check: reproducible, max_age: 1d", "check: reproducible, max_age: 1d, twice: true",
     "check: reproducible, max_age: soon"},
};

/// A repository with one commit, and two versions that were evaluated.
struct Bench {
  test::TestWorld world;
  std::optional<Workspace> workspace;
  GateSubject candidate;
  Evaluated own, champion;

  Bench() {
    world.git_init();
    Workspace::init(world.world);
    world.dir.write("d.csv", "x\n1\n2\n");
    world.dir.write("s.yaml", "mlo: suite/1\nname: d\nexpectations: [{type: expect_column_to_exist, column: x}]\n");
    {
      Workspace before = Workspace::open(world.world);
      add_datasets(before, {.paths = {"d.csv"}, .name = "d", .source = {}, .message = {}, .suite = "s.yaml"});
    }
    world.sh("git add -A && git commit -q -m data");
    workspace.emplace(Workspace::open(world.world));
    candidate.commit = *workspace->repo().head();
    candidate.model.code.commit = candidate.commit.tagged();
    attest();
    const auto evaluated = [](std::vector<double> score) {
      Evaluated out;
      out.predictions =
          Predictions{{{1, 1, 0, 0, 0, 0}, std::move(score)}, {{"group", {"a", "a", "a", "b", "b", "b"}}}};
      out.metrics = {{"accuracy", compute(*find_row_metric("accuracy"), out.predictions->rows)},
                     {"size", 3},
                     {"nan", NAN},
                     {"no_champion", 1}};
      return out;
    };
    own = evaluated({0.9, 0.8, 0.1, 0.3, 0.2, 0.1});
    champion = evaluated({0.8, 0.8, 0.2, 0.3, 0.2, 0.1});
    champion.metrics["no_champion"] = NAN;
  }

  /// Somebody ran again what made the candidate.
  void attest() {
    ModelManifest& model = candidate.model;
    model.run = make_uuid7(world.world.clock.now(), world.world.rng);
    model.stage = "train";
    model.model.path = "model";
    model.model.id = sha256("model");
    Attestation attestation;
    attestation.run = model.run;
    attestation.time = world.world.clock.now();
    attestation.verifier = "ann@example.org";
    attestation.stages.push_back({.stage = "train",
                                  .run = model.run,
                                  .action = {},
                                  .reason = {},
                                  .materials = {},
                                  .subject = {{"model", model.model.id, model.model.id, {}}}});
    publish_attestations(*workspace, {attestation});
  }

  GatePolicy policy(std::string_view fields) {
    return parse_gate_policy(
        fmt::format(
            "mlo: gate/1\nstage: prod\nevaluation: {{stage: e, dataset: d, predictions: o, columns: {{label: l, "
            "score: p, slices: [group]}}}}\ngates:\n  - {{id: g, {}}}\n",
            fields),
        "prod.yaml");
  }
  std::vector<GateResult> ask(std::string_view fields) {
    const GatePolicy rules = policy(fields);
    const GateFacts facts{rules, candidate, own, &champion, *workspace, world.world, candidate.commit};
    return read_gates(rules).at(0).gate->ask(facts);
  }
};

Verdict worst(const std::vector<GateResult>& results) {
  Verdict out = Verdict::pass;
  for (const GateResult& result : results) {
    if (result.verdict != Verdict::pass) out = result.verdict;
  }
  return out;
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& e) {
    return e.message();
  }
  return "no error";
}

}  // namespace

TEST_CASE("every kind of gate is in the contract suite and reads what is its own", "[contract][gate]") {
  Bench bench;
  std::set<std::string_view> covered;
  for (const Example& example : kExamples) {
    INFO(example.good);
    covered.insert(example.kind);
    const GatePolicy rules = bench.policy(example.good);
    CHECK(read_gates(rules).at(0).check == example.kind);
  }
  for (const GateKind& kind : gate_kinds()) {
    INFO(kind.name);
    CHECK(covered.contains(kind.name));
  }
}

TEST_CASE("a gate passes what is good, says what it asked and what its bound is", "[contract][gate]") {
  Bench bench;
  for (const Example& example : kExamples) {
    INFO(example.good);
    const std::vector<GateResult> results = bench.ask(example.good);
    REQUIRE_FALSE(results.empty());
    CHECK(worst(results) == Verdict::pass);
    for (const GateResult& result : results) {
      CHECK_FALSE(result.what.empty());
      CHECK_FALSE(result.bound.empty());
      CHECK(result.reason.find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("a value that is not there or not a number is missing, with the reason", "[contract][gate]") {
  Bench bench;
  for (const Example& example : kExamples) {
    INFO(example.unknown);
    const std::vector<GateResult> results = bench.ask(example.unknown);
    CHECK(worst(results) == Verdict::missing);
    for (const GateResult& result : results) {
      CHECK((result.verdict == Verdict::pass || !result.reason.empty()));
      CHECK((!result.candidate || std::isfinite(*result.candidate)));
    }
  }
}

TEST_CASE("an evaluation that failed lets no gate about a metric pass", "[contract][gate]") {
  Bench bench;
  bench.own = Evaluated{};
  bench.own.problem = "stage `e` failed: exit code 1";
  for (const Example& example : kExamples) {
    if (example.kind != "metric" && example.kind != "fairness") continue;
    INFO(example.good);
    const std::vector<GateResult> results = bench.ask(example.good);
    REQUIRE_FALSE(results.empty());
    for (const GateResult& result : results) {
      CHECK(result.verdict == Verdict::missing);
      CHECK(result.reason == bench.own.problem);
    }
  }
}

TEST_CASE("a champion that could not be evaluated lets no comparison pass", "[contract][gate]") {
  Bench bench;
  bench.champion = Evaluated{};
  bench.champion.problem = "stage `e` failed: exit code 1";
  for (const Example& example : kExamples) {
    if (example.good.find("max_regression") == std::string_view::npos) continue;
    CHECK(worst(bench.ask(example.good)) == Verdict::missing);
  }
}

TEST_CASE("a gate that is asked again answers the same", "[contract][gate]") {
  Bench bench;
  for (const Example& example : kExamples) {
    INFO(example.good);
    const auto a = bench.ask(example.good), b = bench.ask(example.good);
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      CHECK(a[i].verdict == b[i].verdict);
      CHECK(a[i].what == b[i].what);
      CHECK(a[i].bound == b[i].bound);
      if (example.kind == "latency") continue;  // measured anew
      CHECK(a[i].candidate == b[i].candidate);
      CHECK(a[i].reason == b[i].reason);
    }
  }
}

TEST_CASE("a field that is wrong or unknown is refused with its place", "[contract][gate]") {
  Bench bench;
  for (const Example& example : kExamples) {
    INFO(example.bad);
    const auto read = [&](const std::string& fields) {
      return error_of([&] {
        const GatePolicy rules = bench.policy(fields);
        read_gates(rules);
      });
    };
    CHECK(read(std::string(example.bad)).starts_with("prod.yaml:5:"));
    CHECK(read(std::string(example.good) + ", surprise: 1").find("unknown key `surprise` in gate `g`") !=
          std::string::npos);
    CHECK(read(std::string(example.good) + ", x-note: 1") == "no error");
  }
}

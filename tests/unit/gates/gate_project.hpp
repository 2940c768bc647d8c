#pragma once
#include <cmath>

#include "lib/gates/evaluate.hpp"
#include "lib/store/object_store.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

// A repository whose pipeline evaluates a model that is one line of text. Real runs, in a real git repository.
namespace mlo::test {

struct Quiet : RunObserver {
  void waiting(const std::string&, const std::string&) override {}
  void begin(std::size_t, unsigned) override {}
  void started(const Stage& stage) override {
    if (on_start) on_start(stage);
  }
  void output(const Stage&, StreamKind, std::string_view) override {}
  void finished(const StageOutcome& outcome, std::size_t, std::size_t) override { last = outcome.result; }
  std::function<void(const Stage&)> on_start;
  std::optional<StageResult> last;
};

/// The model says `A B`: of ten rows of group a, 10 A are right, and so for b. 300 rows are of a, 100 of b.
inline const std::string kPipeline = R"(stages:
  train: {cmd: 'echo 0.9 0.9 > model.txt', deps: [train.txt], outs: [model.txt]}
  evaluate:
    cmd: sh evaluate.sh
    deps: [data/holdout.csv, model.txt, evaluate.sh]
    outs: [out/predictions.csv]
    metrics: [metrics.json: {cache: false}]
)";
inline const std::string kEvaluate = R"(read a b < model.txt
test "$a" != broken || exit 1
mkdir -p out
awk -F, -v a="$a" -v b="$b" 'NR == 1 {print "group,label,p"; next} {q = $1 == "a" ? a : b; print $1 "," $2 "," (n[$1]++ % 10 < 10 * q ? $2 : 1 - $2)}' data/holdout.csv > out/predictions.csv
echo "{\"auc\": 1.0, \"size\": $(wc -c < model.txt)}" > metrics.json
)";

struct GateProject {
  TestWorld world;
  Quiet quiet;

  explicit GateProject(const std::string& policy, const std::string& pipeline = kPipeline) {
    world.git_init();
    Workspace::init(world.world);
    std::string rows = "group,label\n";
    for (int i = 0; i < 400; ++i) rows += fmt::format("{},{}\n", i % 4 == 0 ? "b" : "a", i / 2 % 2);
    write("data/holdout.csv", rows);
    write("train.txt", "x\n");
    write("evaluate.sh", kEvaluate);
    write("mlo.yaml", pipeline);
    write(".gitignore", "/model.txt\n/out\n/data/holdout.csv\n");
    add_holdout();
    write(".mlo/gates/prod.yaml", policy);
    commit();
  }
  void add_holdout() {
    Workspace workspace = open();
    const std::string text = read_file(world.dir / "data/holdout.csv");
    DatasetManifest manifest;
    manifest.name = "holdout";
    manifest.path = "data/holdout.csv";
    manifest.tree = workspace.store().put(text);
    manifest.bytes = text.size();
    manifest.files = 1;
    write(".mlo/data/holdout.yaml", emit_dataset(manifest));
  }
  Workspace open() { return Workspace::open(world.world); }
  void write(const std::string& name, const std::string& text) { world.dir.write(name, text); }
  std::string sh(const std::string& script) { return world.sh(script); }
  void commit() { sh("git add -A && git commit -q --allow-empty -m change"); }

  /// A version whose model is this text, registered at HEAD.
  GateSubject version(const std::string& number, const std::string& text) {
    Workspace workspace = open();
    GateSubject out;
    out.model.name = "delay";
    out.model.version = number;
    out.model.model = {"model.txt", workspace.store().put(text + "\n"), false, text.size() + 1, 1, true};
    out.commit = *workspace.repo().head();
    out.model.code.commit = out.commit.tagged();
    return out;
  }
  GateReport check(const GateRequest& request) {
    Workspace workspace = open();
    return evaluate_gates(workspace, load_stage_policy(workspace, "prod"), request, quiet).report();
  }
  GateReport check(const std::string& candidate, const std::string& champion = {}) {
    GateRequest request{version("1.1.0", candidate), {}, {}, {}};
    if (!champion.empty()) request.champion = version("1.0.0", champion);
    return check(request);
  }
  /// "auc: pass; recall[group=a]: fail (0.5 is below 0.7)".
  static std::string verdicts(const GateReport& report) {
    std::string out;
    for (const GateResult& result : report.results) {
      out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", result.what, to_string(result.verdict));
      if (!result.reason.empty()) out += fmt::format(" ({})", result.reason);
    }
    return out;
  }
  std::string error(const std::string& candidate, const std::string& champion = {}) {
    try {
      return "no error: " + verdicts(check(candidate, champion));
    } catch (const Error& e) {
      return e.message() + (e.hint().empty() ? "" : " | " + e.hint());
    }
  }
  /// What must be gone after every check.
  std::string leftovers() {
    return sh(
        "git worktree list --porcelain | grep -c ^worktree | grep -vx 1 || true; ls .git/worktrees 2>/dev/null || true;"
        "ls .git/mlo/worktrees | grep -v lock || true; ls .git/mlo/stat | grep gates || true; git status --porcelain");
  }
};

inline std::string policy(const std::string& gates, const std::string& more = {}) {
  return "mlo: gate/1\nstage: prod\n" + more +
         "evaluation: {stage: evaluate, dataset: holdout, predictions: out/predictions.csv, columns: {label: label, "
         "score: p, slices: [group]}}\ngates:\n" +
         gates;
}

}  // namespace mlo::test

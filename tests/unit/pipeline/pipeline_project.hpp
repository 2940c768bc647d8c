#pragma once
#include "lib/crypto/sha256.hpp"
#include "lib/pipeline/runner.hpp"
#include "lib/pipeline/tracked_command.hpp"
#include "lib/runs/run_store.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

// A small pipeline in a repository of its own, run for real.
namespace mlo::test {

struct Watcher : RunObserver {
  void waiting(const std::string& stage, const std::string& run) override {
    waited += run + " at " + stage + "\n";
    if (on_wait) on_wait();
  }
  void begin(std::size_t, unsigned) override {}
  void started(const Stage& stage) override {
    if (on_start) on_start(stage);
  }
  void output(const Stage&, StreamKind, std::string_view bytes) override { text += bytes; }
  void finished(const StageOutcome&, std::size_t, std::size_t) override {}
  std::function<void(const Stage&)> on_start;
  std::function<void()> on_wait;
  std::string text, waited;
};

/// A repository with a pipeline whose stages leave a mark in `.mlo/ran` when their commands really run.
struct Project {
  TestWorld world;
  Watcher watcher;
  RunRequest request;

  explicit Project(const std::string& pipeline, const std::map<std::string, std::string>& files = {}) {
    request.jobs = 2;
    request.command = {"mlo", "run"};
    world.git_init();
    Workspace::init(world.world);
    write("mlo.yaml", pipeline);
    for (const auto& [name, text] : files) write(name, text);
  }
  Workspace open() { return Workspace::open(world.world); }
  void write(const std::string& name, const std::string& text) { world.dir.write(name, text); }
  std::string read(const std::string& name) const { return find_file(world.dir / name).value_or("(none)"); }
  void erase(const std::string& name) { remove_tree(world.dir / name); }

  /// "a ran, b cached", in alphabetical order; "idle" if there was nothing to do.
  std::string run() {
    Workspace workspace = open();
    const RunReport report = run_pipeline(workspace, request, watcher);
    if (!report.run) return "idle";
    last = *report.run;
    outcomes = report.outcomes;
    std::vector<std::string> parts;
    for (const StageOutcome& o : report.outcomes) parts.push_back(fmt::format("{} {}", o.stage, to_string(o.result)));
    std::sort(parts.begin(), parts.end());
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
    return text;
  }
  std::string error() {
    try {
      return "no error: " + run();
    } catch (const Error& e) {
      return e.message();
    }
  }
  /// "a: parameter `lr` changed: 1 -> 2; ..", one line a stage that is not up to date.
  std::string why() {
    Workspace workspace = open();
    const Pipeline pipeline(workspace);
    std::string out;
    for (const PlannedStage& planned : pipeline.plan(pipeline.select({}), Force::no).stages) {
      if (planned.assessment.state == StageState::up_to_date) continue;
      out += fmt::format("{} {}:", pipeline.graph().stage(planned.index).name, to_string(planned.assessment.state));
      for (const Reason& reason : planned.assessment.reasons) out += " " + describe(reason) + ";";
      out += "\n";
    }
    return out;
  }
  std::size_t commits() {
    Workspace workspace = open();
    return RunStore(workspace).all().size();
  }
  RunRecord last;
  std::vector<StageOutcome> outcomes;
};

inline const std::string kTwo = R"(stages:
  first: {cmd: 'head -n 1 raw > top', deps: [raw], outs: [top]}
  second: {cmd: 'sed s/x/${lr}/ top > model; echo "{\"acc\": ${lr}}" > m.json', deps: [top], params: [lr], outs: [model], metrics: [{m.json: {cache: false}}]}
)";

inline Project two() { return Project(kTwo, {{"raw", "x\ny\n"}, {"params.yaml", "lr: 1 # rate\n"}}); }

}  // namespace mlo::test

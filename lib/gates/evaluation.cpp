#include "lib/gates/evaluation.hpp"

#include <limits>

#include "lib/data/checkout.hpp"
#include "lib/data/datasets.hpp"
#include "lib/pipeline/stage_run.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

[[noreturn]] void refuse(const GatePolicy& policy, std::string why, std::string hint = {}) {
  throw Error(ErrorKind::config, fmt::format("{}: {}", policy.source, why)).hint(std::move(hint));
}

/// The evaluation's stages: all that it needs, except what makes the model.
class Selection {
 public:
  Selection(const Graph& graph, const GatePolicy& policy, const std::string& model)
      : graph_(graph), policy_(policy), model_(model), chosen_(graph.stages().size(), false) {
    const StageIndex top = find_stage();
    if (makes_model(top)) refuse(policy, fmt::format("stage `{}` makes the model `{}` itself", name(top), model));
    std::vector<StageIndex> stack = {top};
    chosen_[top] = true;
    while (!stack.empty()) {
      const StageIndex i = stack.back();
      stack.pop_back();
      for (const std::string& dep : graph.stage(i).deps) reads_model_ = reads_model_ || overlaps(dep, model);
      for (const StageIndex up : graph.upstream(i)) {
        if (makes_model(up)) {
          require_model_only(i, up);
        } else if (!chosen_[up]) {
          chosen_[up] = true;
          stack.push_back(up);
        }
      }
    }
    if (!reads_model_)
      refuse(policy,
             fmt::format("stage `{}` does not depend on the model `{}`, so it cannot evaluate a version", name(top),
                         model),
             "name it in the stage's `deps`, or where it is as `model` in `evaluation`");
  }

  std::vector<StageIndex> stages() const {
    std::vector<StageIndex> out;
    for (const StageIndex i : graph_.order()) {
      if (chosen_[i]) out.push_back(i);
    }
    return out;
  }

 private:
  const std::string& name(StageIndex i) const { return graph_.stage(i).name; }

  StageIndex find_stage() const {
    std::vector<std::string> names;
    for (StageIndex i = 0; i < graph_.stages().size(); ++i) {
      if (name(i) == policy_.evaluation->stage) return i;
      names.push_back(name(i));
    }
    const std::string near = nearest(policy_.evaluation->stage, names);
    refuse(policy_, fmt::format("the pipeline has no stage `{}`", printable(policy_.evaluation->stage)),
           near.empty() ? "" : fmt::format("did you mean `{}`?", near));
  }

  bool makes_model(StageIndex i) const {
    const std::vector<Output>& outputs = graph_.stage(i).outputs;
    return std::any_of(outputs.begin(), outputs.end(), [&](const Output& o) { return overlaps(o.path, model_); });
  }

  /// What else the model's stage made belongs to the version as well, but was not registered with it.
  void require_model_only(StageIndex user, StageIndex maker) const {
    for (const std::string& dep : graph_.stage(user).deps) {
      for (const Output& output : graph_.stage(maker).outputs) {
        if (!overlaps(dep, output.path) || overlaps(output.path, model_)) continue;
        refuse(policy_,
               fmt::format("stage `{}` needs `{}`, which stage `{}` makes along with the model `{}`", name(user),
                           output.path, name(maker), model_),
               "write both into one directory and register that as the model");
      }
    }
  }

  const Graph& graph_;
  const GatePolicy& policy_;
  const std::string& model_;
  std::vector<bool> chosen_;
  bool reads_model_ = false;
};

}  // namespace

Evaluation::Evaluation(EvaluationSite& site, const GatePolicy& policy, const std::string& model,
                       const ContentFetch& fetch)
    : site_(site), policy_(policy), evaluation_(*policy.evaluation), model_(model) {
  if (!evaluation_.pipeline.empty()) site.world().cwd = site.workspace().root() / evaluation_.pipeline;
  const Pipeline pipeline(site.workspace());
  const std::vector<StageIndex> stages = Selection(pipeline.graph(), policy, model_).stages();
  bool writes_predictions = evaluation_.predictions.empty();
  for (const StageIndex i : stages) {
    const Stage& stage = pipeline.graph().stage(i);
    stages_.push_back(stage.name);
    for (const Output& output : stage.outputs) {
      writes_predictions = writes_predictions || lies_in(evaluation_.predictions, output.path);
      if (output.persist) outputs_.push_back(output.path);
    }
  }
  if (!writes_predictions)
    refuse(policy, fmt::format("`{}` is not an output of stage `{}`", evaluation_.predictions, evaluation_.stage),
           "name it in the stage's `outs`");
  bool reads_holdout = false;
  for (const DatasetManifest& dataset : load_datasets(site.workspace())) {
    const bool read = std::any_of(stages.begin(), stages.end(), [&](StageIndex i) {
      const std::vector<std::string>& deps = pipeline.graph().stage(i).deps;
      return std::any_of(deps.begin(), deps.end(), [&](const std::string& dep) { return overlaps(dep, dataset.path); });
    });
    if (!read) continue;
    if (overlaps(dataset.path, model_))
      refuse(policy, fmt::format("the model's place `{}` overlaps the dataset `{}`", model_, dataset.name));
    if (dataset.name == evaluation_.dataset) {
      reads_holdout = true;
      holdout_ = {dataset.name, dataset.tree};
    }
    if (fetch) {
      fetch(fmt::format("dataset `{}`", dataset.name),
            {dataset.path, dataset.tree, dataset.directory, dataset.bytes, dataset.files, true});
    }
    check_out_dataset(site.workspace(), dataset, Overwrite::anything, Execution::real);
  }
  if (!reads_holdout)
    refuse(policy,
           fmt::format("stage `{}` does not depend on a dataset `{}`, the holdout", evaluation_.stage,
                       evaluation_.dataset),
           fmt::format("register it with `mlo version-data add PATH --name {}` and name the path in the stage's `deps`",
                       evaluation_.dataset));
}

void Evaluation::clear_outputs() {
  for (const std::string& path : outputs_) remove_tree(site_.workspace().root() / path);
}

Evaluated Evaluation::run(const GateSubject& subject, RunObserver& observer) {
  clear_outputs();  // of the version before
  site_.put_model(subject.model, model_);
  RunRequest request;
  request.targets = stages_;
  request.single = true;
  request.jobs = site_.world().threads;
  request.name =
      fmt::format("{}-{}-{}", replace_all(subject.model.name, "/", "-"), subject.model.version, policy_.stage);
  request.experiment = kGateExperiment;
  request.command = {"mlo",  "promote",    "check", fmt::format("{}@{}", subject.model.name, subject.model.version),
                     "--to", policy_.stage};
  const RunReport report = run_pipeline(site_.workspace(), request, observer);
  Evaluated out;
  if (report.run) out.run = report.run->id;
  for (const StageOutcome& outcome : report.outcomes) {
    if (outcome.result != StageResult::failed) continue;
    out.problem = fmt::format("stage `{}` failed: {}", outcome.stage, outcome.error);
    return out;
  }
  read_results(out);
  return out;
}

void Evaluation::read_results(Evaluated& out) {
  const Pipeline pipeline(site_.workspace());
  for (const Stage& stage : pipeline.graph().stages()) {
    if (stage.name == evaluation_.stage) out.metrics = read_stage_metrics(pipeline, stage);
  }
  if (evaluation_.predictions.empty()) return;
  try {
    out.predictions =
        load_predictions(site_.workspace().root() / evaluation_.predictions, evaluation_, site_.world().threads);
  } catch (Error& error) {
    if (error.kind() == ErrorKind::config) error.prefix(policy_.source);
    if (error.kind() != ErrorKind::invalid && error.kind() != ErrorKind::not_found) throw;
    out.problem = error.message();
    return;
  }
  for (const GateRule& rule : policy_.gates) {
    const RowMetric* const metric = find_row_metric(metric_of(rule.body));
    if (metric != nullptr) out.metrics[std::string(metric->name)] = compute(*metric, out.predictions->rows);
  }
}

}  // namespace mlo

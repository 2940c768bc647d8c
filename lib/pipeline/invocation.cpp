#include "lib/pipeline/invocation.hpp"

#include "lib/manifest/names.hpp"
#include "lib/pipeline/stage_run.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

class Summary {
 public:
  explicit Summary(Pipeline& pipeline) : pipeline_(pipeline) {}

  void add(const Stage& stage, const StageLock& locked) {
    add_params(recorded_params(locked));
    for (Artifact& input : recorded_inputs(locked)) inputs_.insert_or_assign(input.path, std::move(input));
    for (Artifact& output : recorded_outputs(locked)) outputs_.insert_or_assign(output.path, std::move(output));
    std::map<std::string, double> metrics;
    if (const auto action = pipeline_.actions().find(locked.action)) metrics = action->metrics;
    for (const auto& [key, value] : read_stage_metrics(pipeline_, stage)) metrics[key] = value;
    for (const auto& [key, value] : metrics) metrics_[key].emplace_back(stage.name, value);
  }

  void add_params(const Value& params) {
    for (const auto& [key, value] : params.members()) params_[key] = value;
  }

  void write(RunRecord& out) {
    for (auto& [key, value] : params_) out.params.members().emplace_back(key, std::move(value));
    for (auto& [path, input] : inputs_) {
      if (!is_made(path)) out.inputs.push_back(std::move(input));
    }
    for (auto& [path, output] : outputs_) out.outputs.push_back(output);
    for (const auto& [key, values] : metrics_) {
      for (const auto& [stage, value] : values) {
        // A metric that several stages write needs their names to stay apart.
        const std::string name = values.size() == 1 ? key : replace_all(stage, "@", ":") + "/" + key;
        if (is_metric_key(name)) out.metrics.insert_or_assign(name, MetricPoint{0, value, out.started});
      }
    }
  }

 private:
  bool is_made(std::string_view path) const {
    for (;;) {
      if (outputs_.contains(path)) return true;
      const std::size_t slash = path.rfind('/');
      if (slash == std::string_view::npos) return false;
      path = path.substr(0, slash);
    }
  }

  Pipeline& pipeline_;
  std::map<std::string, Value> params_;
  std::map<std::string, Artifact> inputs_;
  std::map<std::string, Artifact, std::less<>> outputs_;
  std::map<std::string, std::vector<std::pair<std::string, double>>> metrics_;
};

}  // namespace

void summarize_invocation(Pipeline& pipeline, const std::vector<StageIndex>& stages,
                          const std::vector<StageOutcome>& outcomes, const std::vector<RunRecord>& records,
                          const std::vector<DatasetManifest>& datasets, RunRecord& out) {
  std::set<std::string_view> broken;
  for (const StageOutcome& outcome : outcomes) {
    const bool good = outcome.result == StageResult::ran || outcome.result == StageResult::cached ||
                      outcome.result == StageResult::up_to_date;
    if (!good) broken.insert(outcome.stage);
  }
  Summary summary(pipeline);
  for (const StageIndex i : stages) {
    const Stage& stage = pipeline.graph().stage(i);
    const auto locked = pipeline.lock().stages.find(stage.name);
    if (locked != pipeline.lock().stages.end() && !broken.contains(stage.name)) summary.add(stage, locked->second);
  }
  for (const RunRecord& record : records) {
    if (broken.contains(record.stage)) summary.add_params(record.params);
    out.usage.user_seconds += record.usage.user_seconds;
    out.usage.system_seconds += record.usage.system_seconds;
    out.usage.max_rss_bytes = std::max(out.usage.max_rss_bytes, record.usage.max_rss_bytes);
  }
  summary.write(out);
  name_datasets(datasets, out);
}

}  // namespace mlo

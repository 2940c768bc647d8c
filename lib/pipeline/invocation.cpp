#include "lib/pipeline/invocation.hpp"

#include "lib/manifest/names.hpp"
#include "lib/pipeline/stage_run.hpp"
#include "lib/runs/series.hpp"
#include "lib/runs/stage_facts.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kAtOnce = 4096;  ///< actions in memory

class Summary {
 public:
  Summary(Pipeline& pipeline, UtcTime started) : pipeline_(pipeline), started_(started) {}

  enum class Points { recorded, missing };
  /// `missing`: no record of this invocation has the points of its metrics.
  void add(const Stage& stage, const StageLock& locked, const std::optional<ActionRecord>& action, Points points) {
    add_params(recorded_params(locked));
    for (Artifact& input : recorded_inputs(locked)) inputs_.insert_or_assign(input.path, std::move(input));
    for (Artifact& output : recorded_outputs(locked)) outputs_.insert_or_assign(output.path, std::move(output));
    std::map<std::string, MetricPoint> metrics;
    if (action) {
      metrics = action->metrics;
      const ObjectStore& store = pipeline_.workspace().store();
      if (points == Points::missing && action->series && store.has(*action->series))
        series_[stage.name] = parse_series(store.get(*action->series), action->series->brief());
    }
    // A stage warns of a file that cannot be read when it runs; one that did not run has nothing new to say.
    for (const auto& [key, value] : read_stage_metrics(pipeline_, stage, Unreadable::known)) {
      MetricPoint& point = metrics[key];
      if (point.time == UtcTime() || point.value != value) point = {0, value, started_};
    }
    for (const auto& [key, point] : metrics) metrics_[key].emplace_back(stage.name, point);
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
    Series points;
    for (const auto& [key, stages] : metrics_) {
      for (const auto& [stage, point] : stages) {
        // A metric that several stages write needs their names to stay apart.
        const std::string name = stages.size() == 1 ? key : qualified_key(stage, key);
        if (!is_metric_key(name)) continue;
        out.metrics.insert_or_assign(name, point);
        const auto logged = series_.find(stage);
        if (logged == series_.end()) continue;
        if (const auto all = logged->second.find(key); all != logged->second.end())
          points[name] = std::move(all->second);
      }
    }
    if (!points.empty()) out.series = pipeline_.workspace().store().put(emit_series(points));
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
  UtcTime started_;
  std::map<std::string, Value> params_;
  std::map<std::string, Artifact> inputs_;
  std::map<std::string, Artifact, std::less<>> outputs_;
  std::map<std::string, std::vector<std::pair<std::string, MetricPoint>>> metrics_;
  std::map<std::string, Series> series_;  ///< by stage
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
  std::set<std::string_view> recorded;
  for (const RunRecord& record : records) recorded.insert(record.stage);
  std::vector<std::pair<const Stage*, const StageLock*>> whole;
  for (const StageIndex i : stages) {
    const Stage& stage = pipeline.graph().stage(i);
    const auto locked = pipeline.lock().stages.find(stage.name);
    if (locked != pipeline.lock().stages.end() && !broken.contains(stage.name))
      whole.emplace_back(&stage, &locked->second);
  }
  Summary summary(pipeline, out.started);
  for (std::size_t from = 0; from < whole.size(); from += kAtOnce) {
    std::vector<std::optional<ActionRecord>> actions(std::min(kAtOnce, whole.size() - from));
    const unsigned threads = actions.size() < kAtOnce ? 1 : pipeline.workspace().world().threads;
    parallel_for(actions.size(), threads,
                 [&](std::size_t i) { actions[i] = pipeline.actions().find(whole[from + i].second->action); });
    for (std::size_t i = 0; i < actions.size(); ++i) {
      const auto& [stage, locked] = whole[from + i];
      summary.add(*stage, *locked, actions[i],
                  recorded.contains(stage->name) ? Summary::Points::recorded : Summary::Points::missing);
    }
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

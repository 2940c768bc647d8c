#include "lib/pipeline/runner.hpp"

#include <condition_variable>
#include <thread>

#include "lib/crypto/sha256.hpp"
#include "lib/data/datasets.hpp"
#include "lib/pipeline/idle_proof.hpp"
#include "lib/pipeline/invocation.hpp"
#include "lib/pipeline/stage_bounds.hpp"
#include "lib/pipeline/stage_run.hpp"
#include "lib/pipeline/tracked_command.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/runs/run_store.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/git_ignore.hpp"

namespace mlo {
namespace {

/// Hands stages to threads as soon as what they need is done, the longest remaining chain first.
class Schedule {
 public:
  Schedule(Pipeline& pipeline, const RunRequest& request, const Plan& plan, RunObserver& observer,
           const RunRecord& invocation, const std::vector<DatasetManifest>& datasets, RunBounds& bounds)
      : pipeline_(pipeline),
        graph_(pipeline.graph()),
        request_(request),
        observer_(observer),
        bounds_(bounds),
        context_{pipeline, invocation, datasets, workspace_mutex_, bounds_},
        nodes_(graph_.stages().size()) {
    for (const PlannedStage& planned : plan.stages) {
      if (planned.assessment.state == StageState::up_to_date || planned.assessment.state == StageState::frozen)
        continue;
      nodes_[planned.index].todo = true;
      ++total_;
    }
    for (auto it = plan.stages.rbegin(); it != plan.stages.rend(); ++it) weigh(it->index);
    for (const PlannedStage& planned : plan.stages) {
      Node& node = nodes_[planned.index];
      if (!node.todo) continue;
      for (const StageIndex up : graph_.upstream(planned.index)) node.waiting += nodes_[up].todo ? 1U : 0U;
      if (node.waiting == 0) ready_.insert({-node.weight, planned.index});
    }
  }

  void run() {
    const auto jobs =
        static_cast<unsigned>(std::clamp<std::size_t>(request_.jobs, 1, std::max<std::size_t>(total_, 1)));
    observer_.begin(total_, jobs);
    {
      std::vector<std::jthread> threads;
      for (unsigned i = 0; i < jobs; ++i) threads.emplace_back([this] { work(); });
    }
    if (broken_) std::rethrow_exception(broken_);
  }

  std::vector<StageOutcome> outcomes;
  std::vector<RunRecord> records;
  std::map<std::string, StageLock, std::less<>> locks;

 private:
  struct Node {
    bool todo = false;
    unsigned waiting = 0;
    double weight = 0;  ///< seconds to the end of the longest chain that starts here
  };

  void weigh(StageIndex i) {
    if (!nodes_[i].todo) return;
    const auto locked = pipeline_.lock().stages.find(graph_.stage(i).name);
    const auto record =
        locked == pipeline_.lock().stages.end() ? std::nullopt : pipeline_.actions().find(locked->second.action);
    double after = 0;
    for (const StageIndex down : graph_.downstream(i)) after = std::max(after, nodes_[down].weight);
    nodes_[i].weight = after + (record ? record->seconds : 1.0);
  }

  bool may_start() const {
    return !broken_ && !pipeline_.workspace().world().stop.stop_requested() && (request_.keep_going || !failed_);
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, pipeline_.workspace().world().stop,
                    [this] { return !ready_.empty() || running_ == 0 || !may_start(); });
      if (!may_start() || ready_.empty()) break;
      const StageIndex i = ready_.begin()->second;
      ready_.erase(ready_.begin());
      ++running_;
      const Stage& stage = graph_.stage(i);
      observer_.started(stage);
      lock.unlock();
      StageDone done;
      std::exception_ptr thrown;
      try {
        done = run(stage);
      } catch (...) {
        thrown = std::current_exception();
      }
      lock.lock();
      --running_;
      if (thrown) {
        broken_ = thrown;
      } else {
        settle(i, std::move(done));
      }
      changed_.notify_all();
    }
    changed_.notify_all();
  }

  StageDone run(const Stage& stage) {
    const OutputSink sink = [&](StreamKind kind, std::string_view bytes) {
      const std::lock_guard lock(mutex_);
      observer_.output(stage, kind, bytes);
    };
    return run_stage(context_, stage, pipeline_.assessor().assess(stage, {}, request_.force), sink);
  }

  void settle(StageIndex i, StageDone done) {
    const bool good = done.outcome.result != StageResult::failed && done.outcome.result != StageResult::killed;
    if (done.record) records.push_back(std::move(*done.record));
    if (done.lock) locks.emplace(done.outcome.stage, std::move(*done.lock));
    finish(std::move(done.outcome));
    nodes_[i].todo = false;
    if (!good) {
      failed_ = true;
      skip_after(i);
      return;
    }
    for (const StageIndex down : graph_.downstream(i)) {
      Node& node = nodes_[down];
      if (node.todo && --node.waiting == 0) ready_.insert({-node.weight, down});
    }
  }

  void skip_after(StageIndex failed) {
    for (std::vector<StageIndex> from = {failed}; !from.empty();) {
      const StageIndex i = from.back();
      from.pop_back();
      for (const StageIndex down : graph_.downstream(i)) {
        if (!nodes_[down].todo) continue;
        nodes_[down].todo = false;
        StageOutcome skipped;
        skipped.stage = graph_.stage(down).name;
        skipped.result = StageResult::skipped;
        skipped.error = fmt::format("stage `{}` did not succeed", graph_.stage(failed).name);
        finish(std::move(skipped));
        from.push_back(down);
      }
    }
  }

  void finish(StageOutcome outcome) {
    ++done_;
    observer_.finished(outcome, done_, total_);
    outcomes.push_back(std::move(outcome));
  }

  Pipeline& pipeline_;
  const Graph& graph_;
  const RunRequest& request_;
  RunObserver& observer_;
  std::mutex workspace_mutex_;
  RunBounds& bounds_;
  StageContext context_;
  std::vector<Node> nodes_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::set<std::pair<double, StageIndex>> ready_;
  std::size_t total_ = 0, done_ = 0;
  unsigned running_ = 0;
  bool failed_ = false;
  std::exception_ptr broken_;
};

/// One run at a time in one work tree of one pipeline.
LockFile lock_pipeline(Workspace& workspace) {
  const std::string file = Pipeline::find_file(workspace);
  const std::string name = "pipeline-" + sha256((workspace.root() / file).string()).hex().substr(0, 16);
  if (auto lock = LockFile::try_acquire(workspace.local() / "locks" / name, "mlo run")) return std::move(*lock);
  throw Error(ErrorKind::conflict, fmt::format("another `mlo run` of `{}` is going on", file))
      .hint("wait for it to finish; its lock frees itself when that process ends");
}

/// A stage's outputs are removed before it runs: nobody's dataset may be among them.
void refuse_dataset(const std::vector<DatasetManifest>& datasets, const Output& output, const std::string& stage) {
  for (const DatasetManifest& dataset : datasets) {
    if (!overlaps(dataset.path, output.path)) continue;
    throw Error(ErrorKind::conflict, fmt::format("output `{}` of stage `{}` overlaps the dataset `{}` at `{}`",
                                                 output.path, stage, dataset.name, dataset.path))
        .hint(fmt::format("what a stage makes is kept by `mlo run` already; if the data is made by it, type "
                          "`mlo version-data remove {} --keep-files`",
                          dataset.name));
  }
}

/// How to get what a stage lacks.
std::string where_to_get(const Reason& reason, const std::vector<DatasetManifest>& datasets) {
  if (reason.kind != ReasonKind::dep_missing) return "";
  for (const DatasetManifest& dataset : datasets) {
    if (overlaps(dataset.path, reason.subject)) {
      return fmt::format("it belongs to dataset `{0}`: type `mlo pull {0}`, or `mlo version-data checkout {0}`",
                         dataset.name);
    }
  }
  return "create it, or name it in `outs` of the stage that makes it";
}

/// What is needed and made by nobody.
void require_inputs(const Pipeline& pipeline, const Plan& plan, const std::vector<DatasetManifest>& datasets) {
  for (const PlannedStage& planned : plan.stages) {
    if (planned.assessment.state != StageState::stale) continue;
    for (const Reason& reason : planned.assessment.reasons) {
      if (reason.kind != ReasonKind::dep_missing && reason.kind != ReasonKind::param_missing) continue;
      throw Error(ErrorKind::not_found, fmt::format("cannot run stage `{}`: {}",
                                                    pipeline.graph().stage(planned.index).name, describe(reason)))
          .hint(where_to_get(reason, datasets));
    }
  }
}

/// Outputs that git tracks though mlo is to keep them, or that would overwrite a dataset.
void require_free_outputs(const Pipeline& pipeline, const Plan& plan, const std::vector<DatasetManifest>& datasets) {
  const std::vector<std::string> tracked = pipeline.workspace().work_tree().tracked(pipeline.spec().dir);
  for (const PlannedStage& planned : plan.stages) {
    for (const Output& output : pipeline.graph().stage(planned.index).outputs) {
      refuse_dataset(datasets, output, pipeline.graph().stage(planned.index).name);
      const auto at = std::lower_bound(tracked.begin(), tracked.end(), output.path);
      const std::string below = output.path + "/";
      const auto inside = std::lower_bound(tracked.begin(), tracked.end(), below);
      if (!output.cache ||
          !((at != tracked.end() && *at == output.path) || (inside != tracked.end() && inside->starts_with(below))))
        continue;
      throw Error(ErrorKind::conflict, fmt::format("output `{}` of stage `{}` is tracked by git", output.path,
                                                   pipeline.graph().stage(planned.index).name))
          .hint(fmt::format("`git rm -r --cached {}`, or give it `cache: false`", shell_quote(output.path)));
    }
  }
}

void ignore_outputs(Pipeline& pipeline, const Plan& plan) {
  std::vector<std::string> paths;
  for (const PlannedStage& planned : plan.stages) {
    for (const Output& output : pipeline.graph().stage(planned.index).outputs) {
      if (output.cache) paths.push_back(output.path);
    }
  }
  for (const std::string& file : ensure_ignored(pipeline.workspace().root(), paths)) pipeline.work().forget(file);
}

std::set<std::string, std::less<>> made_by(const Pipeline& pipeline) {
  std::set<std::string, std::less<>> paths;
  for (const Stage& stage : pipeline.graph().stages()) {
    for (const Output& output : stage.outputs) paths.insert(output.path);
  }
  return paths;
}

RunStatus invocation_status(const std::vector<StageOutcome>& outcomes, bool stopped) {
  const auto any = [&](StageResult result) {
    return std::any_of(outcomes.begin(), outcomes.end(), [&](const StageOutcome& o) { return o.result == result; });
  };
  if (stopped) return RunStatus::killed;
  if (any(StageResult::failed)) return RunStatus::failed;
  return any(StageResult::ran) ? RunStatus::finished : RunStatus::cached;
}

}  // namespace

bool RunReport::failed() const {
  return std::any_of(outcomes.begin(), outcomes.end(),
                     [](const StageOutcome& o) { return o.result == StageResult::failed; });
}

void require_startable(const Pipeline& pipeline, const Plan& plan, const std::vector<DatasetManifest>& datasets) {
  require_inputs(pipeline, plan, datasets);
  require_free_outputs(pipeline, plan, datasets);
}

std::vector<StageIndex> requested_stages(const Pipeline& pipeline, const RunRequest& request) {
  return request.single ? pipeline.named(request.targets) : pipeline.select(request.targets);
}

RunReport run_pipeline(Workspace& workspace, const RunRequest& request, RunObserver& observer) {
  RunReport report;
  const bool named = !request.name.empty();
  const bool whole = request.targets.empty() && request.overrides.empty() && request.force == Force::no && !named;
  IdleProof proof(workspace);
  if (whole) {
    if (const auto stages = proof.check()) {
      report.up_to_date = *stages;
      return report;
    }
  }
  std::optional<LockFile> guard;
  if (!request.overrides.empty()) {
    guard = lock_pipeline(workspace);
    apply_overrides(workspace.root(), request.overrides);
  }
  Pipeline pipeline(workspace);
  const std::vector<StageIndex> stages = requested_stages(pipeline, request);
  Plan plan = pipeline.plan(stages, request.force);
  report.up_to_date = plan.count(StageState::up_to_date) + plan.count(StageState::frozen);
  if (plan.idle() && !named) {
    pipeline.save_stat_cache();
    if (whole) proof.write(pipeline);
    return report;
  }
  const std::vector<DatasetManifest> datasets = load_datasets(workspace);
  require_startable(pipeline, plan, datasets);
  RunBounds bounds(workspace.config().bounds, workspace.world(), workspace.root(), request.jobs);
  for (const PlannedStage& planned : plan.stages) {
    const StageState state = planned.assessment.state;
    if (state != StageState::up_to_date && state != StageState::frozen)
      bounds.require_possible(bounds_of(pipeline.graph().stage(planned.index)));
  }
  if (!guard) guard = lock_pipeline(workspace);
  recover_runs(workspace);

  World& world = workspace.world();
  LiveRun live = LiveRun::create(
      workspace, start_record(workspace, request.name, request.experiment, request.command, made_by(pipeline)));
  ignore_outputs(pipeline, plan);  // after the code was recorded: it is mlo's own change, not the user's
  Schedule schedule(pipeline, request, plan, observer, live.record(), datasets, bounds);
  schedule.run();
  report.outcomes = std::move(schedule.outcomes);

  const bool stopped = world.stop.stop_requested();
  const WithoutStop recording(world);
  pipeline.adopt(schedule.locks);
  summarize_invocation(pipeline, stages, report.outcomes, schedule.records, datasets, live.record());
  const RunStatus status = invocation_status(report.outcomes, stopped);
  report.run = live.finish(status, stopped ? 130 : status == RunStatus::failed ? 1 : 0, world.clock.now());
  pipeline.save_lock(schedule.locks);  // after the record is safe: what the lock says has a run that made it
  RunStore(workspace).publish(*report.run, schedule.records);
  pipeline.save_stat_cache();
  if (stopped)
    throw Error(ErrorKind::interrupted, "interrupted; what finished is kept").hint("`mlo run` goes on from there");
  return report;
}

}  // namespace mlo

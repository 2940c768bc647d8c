#include "lib/pipeline/schedule.hpp"

#include <thread>

namespace mlo {

Schedule::Schedule(Pipeline& pipeline, const RunRequest& request, const Plan& plan, RunObserver& observer,
                   const LiveRun& invocation, const std::vector<DatasetManifest>& datasets, RunBounds& bounds)
    : pipeline_(pipeline),
      graph_(pipeline.graph()),
      request_(request),
      observer_(observer),
      keeper_(invocation, pipeline.workspace(), pipeline.actions()),
      facts_(pipeline.workspace()),
      context_{pipeline, invocation, datasets, keeper_, workspace_mutex_, bounds, request, facts_},
      nodes_(graph_.stages().size()) {
  for (const PlannedStage& planned : plan.stages) {
    if (planned.assessment.state == StageState::up_to_date || planned.assessment.state == StageState::frozen) continue;
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

void Schedule::run() {
  const auto jobs = static_cast<unsigned>(std::clamp<std::size_t>(request_.jobs, 1, std::max<std::size_t>(total_, 1)));
  observer_.begin(total_, jobs);
  pipeline_.assessor().ask(request_.others);
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < jobs; ++i) threads.emplace_back([this] { work(); });
  }
  if (broken_) std::rethrow_exception(broken_);
  keeper_.flush();
}

void Schedule::weigh(StageIndex i) {
  if (!nodes_[i].todo) return;
  const auto locked = pipeline_.lock().stages.find(graph_.stage(i).name);
  const auto record =
      locked == pipeline_.lock().stages.end() ? std::nullopt : pipeline_.actions().find(locked->second.action);
  double after = 0;
  for (const StageIndex down : graph_.downstream(i)) after = std::max(after, nodes_[down].weight);
  nodes_[i].weight = after + (record ? record->seconds : 1.0);
}

bool Schedule::may_start() const {
  return !broken_ && !pipeline_.workspace().world().stop.stop_requested() && (request_.keep_going || !failed_);
}

void Schedule::work() {
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

StageDone Schedule::run(const Stage& stage) {
  const OutputSink sink = [&](StreamKind kind, std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    observer_.output(stage, kind, bytes);
  };
  return run_stage(context_, stage, pipeline_.assessor().assess(stage, {}, request_.force), sink);
}

void Schedule::settle(StageIndex i, StageDone done) {
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

void Schedule::skip_after(StageIndex failed) {
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

void Schedule::finish(StageOutcome outcome) {
  ++done_;
  observer_.finished(outcome, done_, total_);
  outcomes.push_back(std::move(outcome));
}

}  // namespace mlo

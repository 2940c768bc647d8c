#include "lib/pipeline/runner.hpp"

#include "lib/pipeline/idle_proof.hpp"
#include "lib/pipeline/invocation.hpp"
#include "lib/pipeline/schedule.hpp"
#include "lib/pipeline/stage_trace.hpp"
#include "lib/pipeline/start.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/runs/run_store.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

RunStatus invocation_status(const std::vector<StageOutcome>& outcomes, bool stopped) {
  const auto any = [&](StageResult result) {
    return std::any_of(outcomes.begin(), outcomes.end(), [&](const StageOutcome& o) { return o.result == result; });
  };
  if (stopped) return RunStatus::killed;
  if (any(StageResult::failed)) return RunStatus::failed;
  return any(StageResult::ran) ? RunStatus::finished : RunStatus::cached;
}

/// One line for each of the first stages that touched what they do not declare, and how to mend it.
void warn_of_undeclared(const std::vector<StageOutcome>& outcomes, Log& log) {
  constexpr std::size_t kMost = 10;
  std::vector<const StageOutcome*> found;
  for (const StageOutcome& outcome : outcomes) {
    if (outcome.trace && !(outcome.trace->reads.empty() && outcome.trace->writes.empty())) found.push_back(&outcome);
  }
  if (found.empty()) return;
  std::sort(found.begin(), found.end(), [](const auto* a, const auto* b) { return a->stage < b->stage; });
  for (std::size_t i = 0; i < std::min(found.size(), kMost); ++i) {
    if (found[i]->result != StageResult::failed)
      log.warn(fmt::format("stage `{}` {}", found[i]->stage, describe_undeclared(*found[i]->trace)));
  }
  if (found.size() > kMost)
    log.warn(fmt::format("{} more stages touched what they do not declare", found.size() - kMost));
  const bool reads = std::any_of(found.begin(), found.end(), [](const auto* o) { return !o->trace->reads.empty(); });
  if (reads)
    log.hint(fmt::format("declare them with `mlo run deps{} --fix`", found.size() == 1 ? " " + found[0]->stage : ""));
}

/// The frozen stages whose outputs are missing and nowhere to be had; a warning names each.
std::size_t warn_of_incomplete(const Pipeline& pipeline, const Plan& plan, Log& log) {
  std::size_t found = 0;
  for (const PlannedStage& planned : plan.stages) {
    if (planned.assessment.state != StageState::frozen || planned.assessment.reasons.empty()) continue;
    ++found;
    std::vector<std::string> missing;
    for (const Reason& reason : planned.assessment.reasons) missing.push_back("`" + reason.subject + "`");
    log.warn(fmt::format(
        "stage `{}` is frozen and never runs, but its {} {} missing", pipeline.graph().stage(planned.index).name,
        (missing.size() == 1 ? "output " : "outputs ") + join(missing, ", "), missing.size() == 1 ? "is" : "are"));
  }
  if (found > 0) log.hint("`mlo pull` brings back what was pushed; a stage without `frozen` makes it anew");
  return found;
}

}  // namespace

std::string_view to_string(StageResult result) {
  switch (result) {
    case StageResult::ran:
      return "ran";
    case StageResult::cached:
      return "cached";
    case StageResult::up_to_date:
      return "up-to-date";
    case StageResult::failed:
      return "failed";
    case StageResult::killed:
      return "killed";
    case StageResult::skipped:
      return "skipped";
  }
  return "unknown";
}

bool RunReport::failed() const {
  return std::any_of(outcomes.begin(), outcomes.end(),
                     [](const StageOutcome& o) { return o.result == StageResult::failed; });
}

std::vector<StageIndex> requested_stages(const Pipeline& pipeline, const RunRequest& request) {
  std::vector<StageIndex> stages = request.single       ? pipeline.named(request.targets)
                                   : request.downstream ? pipeline.after(request.targets)
                                                        : pipeline.select(request.targets);
  if (request.from.empty()) return stages;
  const std::vector<StageIndex> after = pipeline.after(request.from);
  const std::set<StageIndex> wanted(after.begin(), after.end());
  std::erase_if(stages, [&](StageIndex i) { return !wanted.contains(i); });
  return stages;
}

RunReport run_pipeline(Workspace& workspace, const RunRequest& request, RunObserver& observer) {
  RunReport report;
  recover_runs(workspace);  // what is up to date is so only if nobody is left to write it
  const bool whole =
      request.targets.empty() && request.from.empty() && request.overrides.empty() && request.force == Force::no;
  IdleProof proof(workspace);
  if (whole && request.name.empty()) {
    if (const auto stages = proof.check()) {
      report.up_to_date = *stages;
      return report;
    }
  }
  RunStart start(workspace, request, observer);
  std::optional<LiveRun> live = start.run();
  Pipeline& pipeline = start.pipeline();
  const Plan& plan = start.plan();
  report.up_to_date = plan.count(StageState::up_to_date) + plan.count(StageState::frozen);
  report.incomplete = warn_of_incomplete(pipeline, plan, workspace.world().log);
  if (!live) {
    pipeline.save_stat_cache();
    if (whole && report.incomplete == 0) proof.write(pipeline);
    return report;
  }

  World& world = workspace.world();
  Schedule schedule(pipeline, request, plan, observer, *live, start.datasets(), start.bounds());
  schedule.run();
  report.outcomes = std::move(schedule.outcomes);

  const bool stopped = world.stop.stop_requested();
  const WithoutStop recording(world);
  pipeline.adopt(schedule.locks);
  summarize_invocation(pipeline, start.stages(), report.outcomes, schedule.records, start.datasets(), live->record());
  const RunStatus status = invocation_status(report.outcomes, stopped);
  report.run = live->end(status, stopped ? 130 : status == RunStatus::failed ? 1 : 0, world.clock.now());
  pipeline.save_lock(schedule.locks);  // after the record is safe: what the lock says has a run that made it
  RunStore(workspace).publish(*report.run, schedule.records);
  pipeline.save_stat_cache();
  warn_of_undeclared(report.outcomes, world.log);
  if (stopped)
    throw Error(ErrorKind::interrupted, "interrupted; what finished is kept").hint("`mlo run` goes on from there");
  return report;
}

}  // namespace mlo

#include "lib/pipeline/start.hpp"

#include "lib/data/datasets.hpp"
#include "lib/pipeline/stage_bounds.hpp"
#include "lib/pipeline/stage_trace.hpp"
#include "lib/pipeline/tracked_command.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/git_ignore.hpp"

namespace mlo {
namespace {

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

/// What a plan runs, and what that reads.
StageClaim claim_of(const Pipeline& pipeline, const Plan& plan) {
  StageClaim claim;
  claim.pipeline = pipeline.file();
  std::set<std::string> needs;
  for (const PlannedStage& planned : plan.stages) {
    const StageState state = planned.assessment.state;
    if (state == StageState::up_to_date || state == StageState::frozen) continue;
    claim.runs.push_back(pipeline.graph().stage(planned.index).name);
    for (const StageIndex up : pipeline.graph().upstream(planned.index)) needs.insert(pipeline.graph().stage(up).name);
  }
  std::sort(claim.runs.begin(), claim.runs.end());
  claim.needs.assign(needs.begin(), needs.end());
  return claim;
}

std::optional<FileStat> stat_lock(const Workspace& workspace) {
  return find_stat(workspace.root() / Pipeline::lock_beside(Pipeline::find_file(workspace)));
}

}  // namespace

/// The pipeline as one run sees it.
struct RunStart::Prepared {
  Prepared(Workspace& workspace, const RunRequest& request)
      : alone(locked_run_dirs(workspace).empty()),
        locked(stat_lock(workspace)),
        pipeline(workspace),
        stages(requested_stages(pipeline, request)),
        plan(pipeline.plan(stages, request.force)) {}
  /// No other run has ended since.
  bool holds() const { return alone && stat_lock(pipeline.workspace()) == locked; }

  bool alone;
  std::optional<FileStat> locked;
  Pipeline pipeline;
  std::vector<StageIndex> stages;
  Plan plan;
};

RunStart::RunStart(Workspace& workspace, const RunRequest& request, RunObserver& observer)
    : workspace_(workspace),
      request_(request),
      observer_(observer),
      claims_(workspace, Pipeline::find_file(workspace)),
      bounds_(workspace.config().bounds, workspace.world(), workspace.root(), request.jobs) {}

RunStart::~RunStart() = default;

Pipeline& RunStart::pipeline() { return prepared_->pipeline; }
const std::vector<StageIndex>& RunStart::stages() const { return prepared_->stages; }
const Plan& RunStart::plan() const { return prepared_->plan; }

void RunStart::prepare() {
  recover_runs(workspace_);  // what a killed run left must not change what is planned
  prepared_ = std::make_unique<Prepared>(workspace_, request_);
  if (idle()) return;
  datasets_ = load_datasets(workspace_);
  require_startable(prepared_->pipeline, prepared_->plan, datasets_);
  require_possible();
}

void RunStart::require_watchable(const Stage& stage) {
  const StageWatch watch = watch_of(workspace_.config(), request_, stage);
  if (!watch.strict && !watch.sandbox) return;
  const std::string_view how = watch.sandbox ? "sandbox" : "strict";
  if (!watch.trace)
    throw Error(ErrorKind::config, fmt::format("stage `{}` is {}, and not to be traced: {}", stage.name,
                                               watch.sandbox ? "in a sandbox" : how, watch.off))
        .hint(fmt::format("`trace: on` in stage `{}`, or run it without `--{}`", stage.name, how));
  if (!untraceable_) untraceable_ = why_untraceable(workspace_.root()).value_or("");
  if (watch.sandbox && untraceable_->empty()) untraceable_ = Landlock::why_not().value_or("");
  if (!untraceable_->empty())
    throw Error(ErrorKind::config, fmt::format("stage `{}` is {}, which is not possible here: {}", stage.name,
                                               watch.sandbox ? "in a sandbox" : how, *untraceable_))
        .hint(fmt::format("run it without `--{}` here", how));
}

bool RunStart::idle() const { return prepared_->plan.idle() && request_.name.empty(); }

void RunStart::require_possible() {
  for (const PlannedStage& planned : prepared_->plan.stages) {
    const StageState state = planned.assessment.state;
    if (state == StageState::up_to_date || state == StageState::frozen) continue;
    const Stage& stage = prepared_->pipeline.graph().stage(planned.index);
    bounds_.require_possible(bounds_of(stage));
    require_watchable(stage);
  }
}

std::optional<LiveRun> RunStart::run() {
  if (request_.overrides.empty()) {
    prepare();
    if (idle()) return std::nullopt;
  }
  for (;;) {
    LockFile starting = claims_.lock();
    std::optional<Claims::InTheWay> other;
    if (prepared_ == nullptr) {
      other = claims_.find_any();  // it reads the parameters that are to change
      if (!other) {
        const auto before = apply_overrides(workspace_.root(), request_.overrides);
        try {
          prepare();
        } catch (...) {
          for (const auto& [file, text] : before) write_params(workspace_.root(), file, text);
          throw;
        }
      }
    } else if (!prepared_->holds()) {
      prepare();
    }
    if (!other) {
      if (idle()) return std::nullopt;
      const StageClaim claim = claim_of(prepared_->pipeline, prepared_->plan);
      other = claims_.find_in_the_way(claim);
      if (!other) return begin(claim);
    }
    { const LockFile freed = std::move(starting); }
    claims_.refuse_own(*other);
    observer_.waiting(other->stage, other->run);
    claims_.wait_for(*other);
  }
}

LiveRun RunStart::begin(const StageClaim& claim) {
  Pipeline& pipeline = prepared_->pipeline;
  recover_runs(workspace_);
  LiveRun live = LiveRun::create(
      workspace_, start_record(workspace_, request_.name, request_.experiment, request_.command, made_by(pipeline)));
  Claims::stake(live, claim);
  ignore_outputs(pipeline, prepared_->plan);  // after the code was recorded: it is mlo's own change, not the user's
  return live;
}

void require_startable(const Pipeline& pipeline, const Plan& plan, const std::vector<DatasetManifest>& datasets) {
  require_inputs(pipeline, plan, datasets);
  require_free_outputs(pipeline, plan, datasets);
}

}  // namespace mlo

#include "lib/pipeline/stage_run.hpp"

#include "lib/bounds/tree_log.hpp"
#include "lib/pipeline/metrics_file.hpp"
#include "lib/pipeline/stage_bounds.hpp"
#include "lib/pipeline/stage_commands.hpp"
#include "lib/pipeline/stage_environment.hpp"
#include "lib/pipeline/stage_trace.hpp"
#include "lib/pipeline/tracked_command.hpp"
#include "lib/runs/event_log.hpp"
#include "lib/util/secrets.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Up to this size an output with `cache: false` is kept in the store too, so that going back to old inputs brings it
/// back.
constexpr std::uint64_t kKeepUncached = 1U << 20U;

class StageRun {
 public:
  StageRun(const StageContext& context, const Stage& stage, Assessment assessment, const OutputSink& sink)
      : context_(context),
        pipeline_(context.pipeline),
        world_(pipeline_.workspace().world()),
        stage_(stage),
        seen_(std::move(assessment)),
        sink_(sink) {
    done_.outcome.stage = stage.name;
    done_.outcome.reasons = seen_.reasons;
  }

  StageDone run() {
    if (seen_.state == StageState::up_to_date || seen_.state == StageState::frozen) {
      done_.outcome.result = StageResult::up_to_date;
      return std::move(done_);
    }
    for (const Reason& reason : seen_.reasons) {
      if (reason.kind != ReasonKind::dep_missing && reason.kind != ReasonKind::param_missing) continue;
      fail(Error(ErrorKind::not_found, describe(reason)));
      return std::move(done_);
    }
    started_ = world_.clock.now();
    const auto begin = world_.clock.monotonic();
    if (seen_.state != StageState::restorable || !restore()) execute();
    done_.outcome.seconds = std::chrono::duration<double>(world_.clock.monotonic() - begin).count();
    return std::move(done_);
  }

 private:
  RunRecord new_record() {
    const RunRecord& invocation = context_.invocation.record();
    RunRecord record;
    {
      const std::lock_guard lock(context_.workspace_mutex);
      record.id = make_uuid7(started_, world_.rng);
    }
    record.name = adjective_noun(record.id);
    record.parent = invocation.id;
    record.stage = stage_.name;
    record.experiment = invocation.experiment;
    record.user = invocation.user;
    record.command = seen_.inputs.commands;
    record.started = started_;
    record.code = invocation.code;
    record.environment = invocation.environment;
    record.params = recorded_params(seen_.inputs);
    record.inputs = recorded_inputs(seen_.inputs);
    name_datasets(context_.datasets, record);
    record.action = seen_.inputs.action;
    done_.outcome.run = record.id;
    return record;
  }

  /// False if the store turned out to lack something: then the stage has to run.
  bool restore() {
    try {
      for (const SavedOutput& output : seen_.saved) pipeline_.work().restore(output.path, output.content);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found && error.kind() != ErrorKind::corrupt) return fail(error), true;
      world_.log.warn(fmt::format("stage `{}` runs again: {}", stage_.name, error.message()));
      return false;
    }
    RunRecord record = new_record();
    record.status = RunStatus::cached;
    if (seen_.cached) {
      record.cached_from = seen_.cached->run;
      record.log = seen_.cached->log;
      record.metrics = seen_.cached->metrics;
      if (seen_.cached->series && pipeline_.workspace().store().has(*seen_.cached->series))
        record.series = seen_.cached->series;
    }
    record.outputs = recorded_outputs(seen_.inputs);
    record.ended = world_.clock.now();
    for (const auto& [key, value] : read_stage_metrics(pipeline_, stage_))
      record.metrics.try_emplace(key, MetricPoint{0, value, record.ended});
    forget_params();
    done_.outcome.result = StageResult::cached;
    done_.record = std::move(record);
    done_.lock = std::move(seen_.inputs);
    return true;
  }

  void execute() {
    if (!hold()) return;
    LiveRun live = context_.invocation.create_stage(new_record());
    try {
      run_commands(live);
    } catch (const Error& thrown) {
      fail(thrown);
    }
    ResultKeeper::Results results = context_.keeper.begin();
    try {
      if (done_.outcome.result == StageResult::ran) save_outputs(results.batch());
      if (done_.outcome.result == StageResult::ran) log_metrics(live);
    } catch (const Error& thrown) {
      fail(thrown);
    }
    finish(live, results.batch());
    results.keep(*done_.record, action());
  }

  /// Waits until the machine has room for the stage; false if it is stopped while it waits.
  bool hold() {
    std::vector<fs::path> outputs;
    for (const Output& output : stage_.outputs) outputs.push_back(pipeline_.workspace().root() / output.path);
    bool waited = false;
    const auto waits = [&](const std::string& line) {
      waited = true;
      sink_(StreamKind::err, fmt::format("mlo: {}\n", line));
    };
    try {
      hold_.emplace(context_.bounds.hold(bounds_of(stage_), std::move(outputs), waits));
    } catch (const Error& error) {
      fail(error);
      if (error.kind() == ErrorKind::interrupted) done_.outcome.result = StageResult::killed;
      return false;
    }
    if (waited) started_ = world_.clock.now();
    return true;
  }

  void fail(const Error& error) {
    done_.outcome.result = StageResult::failed;
    done_.outcome.error = error.message();
    done_.lock.reset();
    if (done_.outcome.exit_code == 0) done_.outcome.exit_code = 1;
  }

  void run_commands(LiveRun& live) {
    SupervisedCommand command;
    command.process.cwd = pipeline_.workspace().root() / stage_.wdir;
    command.process.env = live.child_environment(world_.env);
    command.process.env["MLO_STAGE"] = stage_.name;
    if (stage_.deterministic) pin(live, command.process.env);
    for (const auto& [name, value] : stage_.env) command.process.env[name] = value;
    context_.bounds.tell(bounds_of(stage_), command.process.env);
    command.timeout = stage_.timeout;
    command.hold = &*hold_;
    note_tree(context_.invocation.dir(), hold_->mark());
    make_dirs(command.process.cwd);
    note_environment(live, command.process);

    LogTee log(live.dir(), sink_);
    trace_.emplace(pipeline_, stage_, watch_of(pipeline_.workspace().config(), context_.request, stage_));
    trace_->enclose(live.dir(), command.process.env);
    command.tracer = trace_->tracer();
    StageCommands commands{stage_, seen_.inputs.commands, world_,
                           *hold_, std::move(command),    [this] { clear_outputs(); }};
    CommandsEnd end = mlo::run_commands(commands, log.as_sink(), live.record().usage);
    done_.outcome.result = end.result;
    done_.outcome.exit_code = end.exit_code;
    done_.outcome.error = std::move(end.error);
    met_ = std::move(end.met);
    judge_trace(live.record());
  }

  void judge_trace(RunRecord& record) {
    record.trace = done_.outcome.trace = trace_->record();
    const auto privileged = done_.outcome.result == StageResult::failed ? trace_->privileged() : std::nullopt;
    if (privileged)
      world_.log.hint(fmt::format("`{}` gains no rights in a stage that is traced: `trace: off` in stage `{}` lets it",
                                  *privileged, stage_.name));
    const StageWatch& watch = trace_->watch();
    if (watch.sandbox && !trace_->denied().empty()) {
      const std::set<std::string>& denied = trace_->denied();
      const std::string kept_from =
          fmt::format("kept from {}, which it does not declare", name_first({denied.begin(), denied.end()}));
      // One that went on did something else than it does outside, where its result would be taken for the same.
      if (done_.outcome.result == StageResult::ran) return fail(Error(ErrorKind::error, "it was " + kept_from));
      if (done_.outcome.result == StageResult::failed) done_.outcome.error += "; " + kept_from;
    }
    if (done_.outcome.result != StageResult::ran || !(watch.strict || watch.sandbox)) return;
    if (!record.trace->complete()) fail(Error(ErrorKind::error, "its trace is not complete: " + record.trace->reason));
    if (!record.trace->reads.empty()) fail(Error(ErrorKind::error, describe_undeclared(*record.trace)));
  }

  /// What changes from commit to commit is recorded, so that the run can be done again as it was.
  void pin(LiveRun& live, Environment& env) {
    const std::lock_guard lock(context_.workspace_mutex);
    const UtcTime date = source_date_of(pipeline_.workspace().repo(), live.record().code);
    for (const auto& [name, value] : pinned_environment(seen_.inputs, date)) env[name] = value;
    for (const char* name : {"MLO_SEED", "SOURCE_DATE_EPOCH"})
      live.record().environment.facts[fmt::format("env.{}", name)] = env[name];
  }

  void note_environment(LiveRun& live, const ProcessSpec& process) {
    FactMap& facts = live.record().environment.facts;
    facts.merge(context_.facts.facts_of(stage_.commands, process.cwd, process.env));
    if (stage_.recorded_env.empty()) return;
    const std::lock_guard lock(context_.workspace_mutex);
    for (auto& [name, value] : declared_facts(stage_, pipeline_.workspace())) facts[name] = std::move(value);
  }

  void clear_outputs() {
    for (const Output& output : stage_.outputs) {
      if (!output.persist) pipeline_.work().remove(output.path);
      make_dirs((pipeline_.workspace().root() / output.path).parent_path());
    }
  }

  void save_outputs(ObjectStore::Batch& batch) {
    StageLock result = seen_.inputs;
    for (LockedOutput& output : result.outputs) {
      const std::string& path = output.content.path;
      pipeline_.work().forget(path);
      const auto found = pipeline_.work().find(path);
      if (!found) throw Error(ErrorKind::error, fmt::format("its commands succeeded but did not write `{}`", path));
      const bool keep = output.cache || (!found->directory && found->bytes <= kKeepUncached);
      const Content content = keep ? pipeline_.work().save(path, batch) : *found;
      output.content = {path, content.id, content.directory, content.bytes, content.directory ? content.files : 0};
      output.executable = content.executable;
      saved_.push_back({path, content, keep});
    }
    forget_params();
    if (!pipeline_.assessor().still_holds(seen_.inputs)) {
      world_.log.warn(fmt::format("inputs of stage `{}` changed while it ran; the result is not kept", stage_.name));
      return;
    }
    done_.lock = std::move(result);
  }

  void log_metrics(LiveRun& live) {
    std::vector<RunEvent> events;
    const UtcTime now = world_.clock.now();
    for (const auto& [key, value] : read_stage_metrics(pipeline_, stage_))
      events.push_back(MetricEvent{key, value, 0, now});
    if (!events.empty()) append_events(live.dir(), events);
  }

  void finish(LiveRun& live, ObjectStore::Batch& batch) {
    const StageResult result = done_.outcome.result;
    const RunStatus status = result == StageResult::ran      ? RunStatus::finished
                             : result == StageResult::killed ? RunStatus::killed
                                                             : RunStatus::failed;
    for (const SavedOutput& output : saved_) {
      if (result == StageResult::ran) {
        live.record().outputs.push_back({output.path, output.content.id, output.content.directory, output.content.bytes,
                                         output.content.files, output.stored, output.content.executable});
      }
    }
    live.record().bounds = recorded_bounds(*hold_, met_);
    done_.record = live.finish(status, done_.outcome.exit_code, world_.clock.now(), batch);
  }

  std::optional<ActionRecord> action() const {
    if (!done_.lock) return std::nullopt;
    const RunRecord& run = *done_.record;
    return ActionRecord{seen_.inputs.action, run.id, run.usage.wall_seconds, saved_, run.metrics, run.series, run.log};
  }

  /// A stage may write a file that others read parameters from.
  void forget_params() {
    for (const Output& output : stage_.outputs) pipeline_.assessor().forget_params(output.path);
  }

  const StageContext& context_;
  Pipeline& pipeline_;
  World& world_;
  const Stage& stage_;
  Assessment seen_;
  const OutputSink& sink_;
  UtcTime started_;
  std::vector<SavedOutput> saved_;
  std::optional<StageHold> hold_;
  std::optional<StageTrace> trace_;
  std::string met_;  ///< the bound that the last attempt met
  StageDone done_;
};

}  // namespace

Value recorded_params(const StageLock& inputs) {
  Value out = Value::object();
  for (const auto& [file, keys] : inputs.params) {
    const std::string prefix = file == "params.yaml" ? "" : file + ":";
    for (const auto& [key, value] : keys) flatten_params(value, prefix + key, out);
  }
  for (auto& [key, value] : out.members()) {
    if (is_secret_name(key)) value = Value(kSecretText);
  }
  return out;
}

std::vector<Artifact> recorded_inputs(const StageLock& inputs) {
  std::vector<Artifact> out;
  for (const LockedPath& dep : inputs.deps)
    out.push_back({dep.path, dep.id, dep.directory, dep.bytes, dep.directory ? dep.files : 1, false});
  return out;
}

void name_datasets(const std::vector<DatasetManifest>& datasets, RunRecord& record) {
  for (const DatasetManifest& dataset : datasets) {
    for (const Artifact& input : record.inputs) {
      if (overlaps(dataset.path, input.path))
        record.datasets[dataset.name] = (input.path == dataset.path ? input.id : dataset.tree).str();
    }
  }
}

std::vector<Artifact> recorded_outputs(const StageLock& inputs) {
  std::vector<Artifact> out;
  for (const LockedOutput& output : inputs.outputs) {
    const LockedPath& at = output.content;
    out.push_back(
        {at.path, at.id, at.directory, at.bytes, at.directory ? at.files : 1, output.cache, output.executable});
  }
  return out;
}

std::map<std::string, double> read_stage_metrics(const Pipeline& pipeline, const Stage& stage, Unreadable unreadable) {
  std::set<std::string> files;
  for (const Output& output : stage.outputs) {
    if (output.kind == OutputKind::metric) files.insert(output.path);
    for (const std::string& typed : pipeline.spec().metrics) {
      const std::string path = pipeline.spec().dir.empty() ? typed : pipeline.spec().dir + "/" + typed;
      if (lies_in(path, output.path)) files.insert(path);
    }
  }
  std::map<std::string, double> out;
  const Workspace& workspace = pipeline.workspace();
  for (const std::string& file : files) {
    try {
      const auto text = find_file(workspace.root() / file, 64U << 20U);
      if (!text) continue;
      for (const auto& [key, value] : parse_metrics(*text, file)) out[key] = value;
    } catch (const Error& error) {
      if (unreadable == Unreadable::known) continue;
      workspace.world().log.warn(
          fmt::format("metrics of stage `{}` are not recorded: {}", stage.name, error.message()));
    }
  }
  return out;
}

StageDone run_stage(const StageContext& context, const Stage& stage, Assessment assessment, const OutputSink& sink) {
  return StageRun(context, stage, std::move(assessment), sink).run();
}

}  // namespace mlo

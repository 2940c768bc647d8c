#pragma once
#include <functional>
#include <mutex>
#include <optional>

#include "lib/bounds/run_bounds.hpp"
#include "lib/capture/command_facts.hpp"
#include "lib/manifest/dataset.hpp"
#include "lib/pipeline/result_keeper.hpp"
#include "lib/pipeline/runner.hpp"

namespace mlo {

/// What all stages of one invocation share.
struct StageContext {
  Pipeline& pipeline;
  const LiveRun& invocation;
  const std::vector<DatasetManifest>& datasets;
  ResultKeeper& keeper;
  std::mutex& workspace_mutex;  ///< guards `world.rng` and what of the workspace is for one thread at a time
  RunBounds& bounds;
  const RunRequest& request;
  CommandFacts& facts;
};

struct StageDone {
  StageOutcome outcome;
  std::optional<RunRecord> record;  ///< nothing if it was up to date
  std::optional<StageLock> lock;    ///< what mlo.lock should say, if it succeeded
};

/// Runs, restores or passes over one stage whose upstream is done, as `assessment` says. Throws nothing for a failure
/// of the stage itself: that is in the outcome.
StageDone run_stage(const StageContext& context, const Stage& stage, Assessment assessment, const OutputSink& sink);

/// Parameters of a stage as a run records them: dotted key -> scalar; keys of other files than params.yaml are
/// `file:key`. Those with secret names have no value.
Value recorded_params(const StageLock& inputs);
/// What a stage read and wrote, as a run records it.
std::vector<Artifact> recorded_inputs(const StageLock& inputs);
std::vector<Artifact> recorded_outputs(const StageLock& inputs);
/// Names in the record the datasets that its inputs are (by the content that was read), lie in, or hold.
void name_datasets(const std::vector<DatasetManifest>& datasets, RunRecord& record);
/// The numbers in the stage's metric files as they lie in the work tree, and in the pipeline's top-level ones that the
/// stage writes. What cannot be read is left out, with a warning unless the reader has given it before.
enum class Unreadable { warn, known };
std::map<std::string, double> read_stage_metrics(const Pipeline& pipeline, const Stage& stage,
                                                 Unreadable unreadable = Unreadable::warn);

}  // namespace mlo

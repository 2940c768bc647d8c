#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/dataset.hpp"
#include "lib/manifest/run_record.hpp"
#include "lib/pipeline/pipeline.hpp"
#include "lib/pipeline/supervise.hpp"

namespace mlo {

enum class StageResult {
  ran,         ///< its commands succeeded
  cached,      ///< its outputs came from the store
  up_to_date,  ///< what ran before it changed nothing for it
  failed,
  killed,   ///< the user stopped it
  skipped,  ///< a stage before it failed
};
std::string_view to_string(StageResult result);

struct StageOutcome {
  std::string stage;
  StageResult result = StageResult::ran;
  double seconds = 0;
  int exit_code = 0;
  std::string run;                   ///< id of its run, if it has one
  std::string error;                 ///< one line, if it failed
  std::vector<Reason> reasons;       ///< why it was not up to date
  std::optional<TraceRecord> trace;  ///< what it touched undeclared, if its commands ran
};

/// Watches a run. Calls come one at a time, from any thread.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// `run` (in words) is at `stage`; we go on once it is over.
  virtual void waiting(const std::string& stage, const std::string& run) = 0;
  /// `total` stages are not up to date; at most `jobs` of them at once.
  virtual void begin(std::size_t total, unsigned jobs) = 0;
  virtual void started(const Stage& stage) = 0;
  virtual void output(const Stage& stage, StreamKind kind, std::string_view bytes) = 0;
  virtual void finished(const StageOutcome& outcome, std::size_t done, std::size_t total) = 0;
};

struct RunRequest {
  std::vector<std::string> targets;      ///< stages, groups, outputs; none: all
  bool single = false;                   ///< the targets alone, not what they need
  bool downstream = false;               ///< the targets and all that needs them, not what they need
  std::vector<std::string> from;         ///< if any: only these and what comes after them, of what is chosen so
  std::vector<ParamOverride> overrides;  ///< written into their files first
  Force force = Force::no;
  bool keep_going = false;
  bool trace = true;                ///< false: nothing is traced, whatever is configured
  bool strict = false;              ///< as if every stage said so
  bool sandbox = false;             ///< as if every stage said so
  SharedResults* others = nullptr;  ///< asked before a stage runs; borrowed
  unsigned jobs = 1;
  std::string name;  ///< of the run; empty: made from its id, and none is recorded if there is nothing to do
  std::string experiment = "default";
  std::vector<std::string> command;  ///< as typed, for the record
};

struct RunReport {
  std::optional<RunRecord> run;        ///< nothing if there was nothing to do, and no name was given
  std::vector<StageOutcome> outcomes;  ///< in the order of completion
  std::size_t up_to_date = 0;          ///< stages that needed nothing from the start
  std::size_t incomplete = 0;          ///< of these, frozen ones whose outputs are missing; a warning names each
  bool failed() const;
};

/// Brings the stages of the pipeline around `world.cwd` up to date. Afterwards outputs that are kept are in the store
/// and git-ignored, results are in the action cache, `mlo.lock` has the stages that succeeded, and one commit on the
/// runs ref records the invocation; if there was nothing to do, nothing is written, unless the run was given a name:
/// then it is recorded with what is there, so that results made before a commit can be had as those of the commit. A
/// failed stage leaves its files and its log and publishes nothing; without keep_going nothing starts after it. Runs of
/// disjoint stages go on side by side; one that needs a stage of another waits until that run is over. Throws
/// Error{conflict} if an output is tracked by git, Error{not_found} before anything starts if an input exists nowhere,
/// Error{interrupted} after recording the run as killed, if the user stopped it.
RunReport run_pipeline(Workspace& workspace, const RunRequest& request, RunObserver& observer);

/// What run_pipeline asks before anything starts. Error{not_found} for an input that exists nowhere and no stage makes,
/// with how to get it; Error{conflict} for an output that git tracks or that overlaps a dataset.
void require_startable(const Pipeline& pipeline, const Plan& plan, const std::vector<DatasetManifest>& datasets);

/// The stages a request names: what run_pipeline would look at.
std::vector<StageIndex> requested_stages(const Pipeline& pipeline, const RunRequest& request);

}  // namespace mlo

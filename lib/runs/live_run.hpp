#pragma once
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/run_record.hpp"
#include "lib/runs/series.hpp"
#include "lib/runs/stage_dirs.hpp"
#include "lib/util/lock_file.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// One run while it runs: `.mlo/local/runs/<id>/` with `start.yaml` (its record so far), `lock` (held by this object),
/// `events.log`, `stdout`, `stderr`, `metrics.jsonl` (what MLO_METRICS names); after keep() also `run.yaml`. A
/// directory whose lock is free and that was not published belongs to a run that was killed, or whose mlo was:
/// `recover_runs` records it.
///
/// A stage of it has the same in `stages/<id>/` of that directory, but no lock: it lives as long as the run does. Once
/// it is over, its record is a frame in the run's `stages.log`, and its directory serves another stage or goes.
class LiveRun {
 public:
  /// Makes the directory durably. `start` needs id, name, started, command, code, params, inputs.
  static LiveRun create(Workspace& workspace, RunRecord start);
  /// Of this run, which is no stage itself. A power cut may take it back: it has not begun then. From any thread.
  LiveRun create_stage(RunRecord start) const;
  LiveRun(LiveRun&&) noexcept = default;

  const RunRecord& record() const { return record_; }
  RunRecord& record() { return record_; }
  const fs::path& dir() const { return dir_; }
  /// For the child: MLO_RUN=<id>, MLO_RUN_DIR=<dir>, MLO_METRICS=<dir>/metrics.jsonl.
  Environment child_environment(const Environment& base) const;

  /// Folds events.log and metrics.jsonl into the record (metrics: last point of each key; params; tags; artifacts),
  /// puts the full series and the log into the batch. Malformed lines of metrics.jsonl are warnings naming their line.
  /// The record holds once the batch is committed; then it is kept by one of the next two.
  RunRecord finish(RunStatus status, int exit_code, UtcTime ended, ObjectStore::Batch& batch);
  /// The run is over, durably. The directory stays until RunStore::publish has put it into git, which then removes it.
  void keep() const;
  /// These stages of this run are over, durably. For one thread at a time.
  void keep_stages(const std::vector<RunRecord>& stages) const;

  /// finish, commit and keep.
  RunRecord end(RunStatus status, int exit_code, UtcTime ended);

 private:
  friend std::size_t recover_runs(Workspace& workspace);
  LiveRun(Workspace& workspace, RunRecord record, fs::path dir, std::optional<LockFile> lock);
  /// Of a run whose mlo is gone: those that were over, then those that were not.
  static std::vector<RunRecord> recover_stages(Workspace& workspace, const RunRecord& run, const fs::path& dir);
  Workspace* workspace_;
  RunRecord record_;
  fs::path dir_;
  std::optional<LockFile> lock_;
  std::unique_ptr<StageDirs> stages_;
};

/// Where the run, or the stage, is or would be while it is live.
fs::path live_dir(const Workspace& workspace, const RunRecord& run);

/// Ends what is left of the stages of runs that nobody holds, with a warning; by the trees noted in their directories.
/// Then publishes those that nobody published: with status `killed` and what they had logged, or as finish() left them.
/// Returns how many invocations. Called at the start of commands that write or list runs; publishes nothing while
/// another process is at it.
std::size_t recover_runs(Workspace& workspace);

/// The same of one run's stages, those that are over and those that are not, in no particular order.
std::vector<RunRecord> live_stages(const Workspace& workspace, const RunRecord& run);

/// The directories of the runs whose lock is held now, oldest first.
std::vector<fs::path> locked_run_dirs(const Workspace& workspace);

/// Removes the directory of a run that is in git, with those of its stages. Called by RunStore::publish.
void remove_live_dir(Workspace& workspace, const std::string& run_id);

/// Records so far of the runs whose lock is held now, and of their stages, with what they have logged; newest first.
std::vector<RunRecord> live_runs(const Workspace& workspace);

/// The stages of a live run that are over, from the bytes of its `stages.log`; damaged frames are left out.
std::vector<RunRecord> read_stage_log(std::string_view bytes);

/// All points a live run has logged so far.
Series live_series(const fs::path& run_dir, UtcTime now);

/// Commit, branch, dirtiness and, if dirty, the code tree put into the store (tracked and untracked, not ignored files;
/// over 1 MiB and secret patterns as digests only; mlo.lock and .mlo are outside). Dirty is what differs from HEAD in a
/// file that can be code (is_code_change). Untracked files count, other than in `git describe --dirty`: a module that
/// somebody forgot to `git add` is the commonest reason why a commit cannot make its results again. `made` are paths
/// that the run itself makes; those that git does not track are not in the code tree either.
CodeState capture_code(Workspace& workspace, const std::set<std::string, std::less<>>& made = {});

/// False for what cannot change what a run computes: mlo's own files, `.gitignore`, and what is at or below `made`.
bool is_code_change(std::string_view path, const std::set<std::string, std::less<>>& made);

}  // namespace mlo

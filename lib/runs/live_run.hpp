#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/run_record.hpp"
#include "lib/runs/series.hpp"
#include "lib/util/lock_file.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// One run while it runs: `.mlo/local/runs/<id>/` with `start.yaml` (its record so far), `lock` (held by this object),
/// `events.log`, `stdout`, `stderr`, `metrics.jsonl` (what MLO_METRICS names); after finish() also `run.yaml`. A
/// directory whose lock is free and that was not published belongs to a run that was killed, or whose mlo was:
/// `recover_runs` records it.
class LiveRun {
 public:
  /// Makes the directory durably. `start` needs id, name, started, command, code, params, inputs.
  static LiveRun create(Workspace& workspace, RunRecord start);
  LiveRun(LiveRun&&) noexcept = default;

  const RunRecord& record() const { return record_; }
  RunRecord& record() { return record_; }
  const fs::path& dir() const { return dir_; }
  /// For the child: MLO_RUN=<id>, MLO_RUN_DIR=<dir>, MLO_METRICS=<dir>/metrics.jsonl.
  Environment child_environment(const Environment& base) const;

  /// Folds events.log and metrics.jsonl into the record (metrics: last point of each key; params; tags; artifacts),
  /// stores the full series and the log in the object store. Malformed lines of metrics.jsonl are warnings naming their
  /// line. Returns the record; the directory stays until RunStore::publish has put it into git, which then removes it.
  RunRecord finish(RunStatus status, int exit_code, UtcTime ended);

 private:
  friend std::size_t recover_runs(Workspace& workspace);
  LiveRun(Workspace& workspace, RunRecord record, fs::path dir, LockFile lock);
  Workspace* workspace_;
  RunRecord record_;
  fs::path dir_;
  LockFile lock_;
};

/// Publishes runs that nobody holds and nobody published: with status `killed` and what they had logged, or as finish()
/// left them. Returns how many invocations. Called at the start of commands that write or list runs; does nothing while
/// another process is at it.
std::size_t recover_runs(Workspace& workspace);

/// Removes the directories of runs that are in git. Called by RunStore::publish.
void remove_live_dirs(Workspace& workspace, const std::vector<std::string>& run_ids);

/// Records so far of the runs whose lock is held now, with what they have logged; newest first.
std::vector<RunRecord> live_runs(const Workspace& workspace);

/// All points a live run has logged so far.
Series live_series(const fs::path& run_dir, UtcTime now);

/// Commit, branch, dirtiness and, if dirty, the code tree put into the store (tracked and untracked, not ignored files;
/// over 1 MiB and secret patterns as digests only; mlo.lock and .mlo are outside). Dirty is what differs from HEAD in a
/// file that can be code (is_code_change). Untracked files count, other than in `git describe --dirty`: a module that
/// somebody forgot to `git add` is the commonest reason why a commit cannot make its results again. `made` are paths
/// that the run itself makes.
CodeState capture_code(Workspace& workspace, const std::set<std::string, std::less<>>& made = {});

/// False for what cannot change what a run computes: mlo's own files, `.gitignore`, and what is at or below `made`.
bool is_code_change(std::string_view path, const std::set<std::string, std::less<>>& made);

/// Platform facts of this machine: os, kernel, libc, cpu, cpu_flags digest, cores, python and other interpreters'
/// versions where a PATH look-up finds them cheaply.
EnvironmentFacts capture_environment(const World& world);

}  // namespace mlo

#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/capture/packages.hpp"
#include "lib/manifest/run_record.hpp"
#include "lib/runs/series.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// A run with its amendments folded in.
struct Run {
  RunRecord record;
  std::string note;
  bool deleted = false;
  std::string commit;  ///< git id of the commit on the runs ref; empty while live
};

/// What to look for. Stages are runs of their own, shown only if asked.
struct RunQuery {
  std::string filter;                 ///< MLflow's search language
  std::vector<std::string> order_by;  ///< "metrics.auc DESC"; then the newest first
  std::size_t max = SIZE_MAX;
  enum class View { active, deleted, all } view = View::active;
  enum class Stages { hide, show } stages = Stages::hide;
  std::optional<std::string> experiment = {};
  std::string without = {};  ///< an experiment left out, unless `experiment` or the filter names one
};

/// Experiment history: commits on `refs/mlo/runs`, tree `<yyyy>/<mm-dd>/<run-id>/run.yaml` with executed stages as
/// subtrees `stages/<stage>/run.yaml`. Append-only; safe against other processes by compare-and-swap and retry.
class RunStore {
 public:
  explicit RunStore(Workspace& workspace);

  /// One commit for one invocation and its stages. Its message is a readable summary with trailers (Mlo-Run, Mlo-Data).
  /// A dirty or unreachable HEAD commit is kept by a local ref. Removes the live directories of these runs afterwards.
  /// The invocation also shows what its stages logged. One that is in the history already, because a crash cut a
  /// publication short after its commit, only loses its live directories.
  git::ObjectId publish(const RunRecord& invocation, const std::vector<RunRecord>& stages);
  /// One commit with amendments. One without a time gets the present, or the moment after the run's last amendment if
  /// another clone's clock was ahead: what is said later counts later.
  void amend(std::vector<RunAmendment> amendments);

  /// Every run that is not a stage, newest first, folded, live ones too; deleted ones only if asked. Reads through the
  /// index.
  enum class Deleted { hide, show };
  std::vector<Run> all(Deleted deleted = Deleted::hide);
  /// Error{usage} that names the column of what is wrong in the filter or an order.
  std::vector<Run> search(const RunQuery& query);
  /// How many runs each experiment has, stages and deleted ones not counted.
  std::map<std::string, std::size_t> experiments();
  /// By full id (a stage's too), unique id prefix (4+ digits), or name (the newest of that name), deleted or not.
  /// Error{not_found} with near names, Error{usage} naming the candidates of an ambiguous prefix.
  Run find(std::string_view name_or_id);
  std::vector<RunRecord> stages_of(const std::string& run_id);
  /// The same for every run that has stages, by run id.
  std::map<std::string, std::vector<RunRecord>> all_stages();
  /// All points of one metric of the run or of its stages, ascending by (step, time).
  std::vector<MetricPoint> series(const RunRecord& run, std::string_view key);
  /// A list of installed packages that a record names; nothing if nobody brought it here.
  std::optional<PackageList> find_packages(const Digest& list) const;

 private:
  Series all_series(const RunRecord& run);
  Workspace& workspace_;
};

}  // namespace mlo

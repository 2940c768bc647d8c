#pragma once
#include "lib/sync/objects.hpp"
#include "lib/sync/run_refs.hpp"

namespace mlo {

struct SyncReport {
  TransferReport transfer;
  std::string git_remote;                    ///< that was asked for runs and tags; empty: none was
  bool runs_moved = false;                   ///< the runs ref there (push) or here (pull) changed
  bool tags_moved = false;                   ///< likewise the tags of models
  bool results_left = false;                 ///< pull: runs came, and the store lacks some of what runs made
  std::vector<DatasetManifest> checked_out;  ///< pull: whose data on disk changed
  std::vector<std::string> left_alone;       ///< pull: datasets with unsaved changes
  void add(const std::string& remote, const MovedRefs& moved);
};

/// Says how much of what may be absent is on neither side.
void warn_incomplete(const World& world, const TransferReport& report);

/// Of datasets, models and drift baselines: those of the work tree, or also every other that roots_of_history names.
enum class Versions { current, all };

/// Sends the objects of these datasets and models (all, and those of drift baselines and runs, if `names` is empty) to
/// the remote, files before trees; when all are durable there, and only then, the run history and the models' tags go
/// to git's remote: what others can see never names what they cannot get. Error{not_found} before anything is sent if
/// an object of a dataset or baseline is on neither side; for a run or another version that is a warning. All versions
/// only without names.
SyncReport push(Workspace& workspace, Remote& remote, const std::vector<std::string>& names, Mode mode,
                Versions versions = Versions::current);

}  // namespace mlo

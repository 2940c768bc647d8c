#pragma once
#include "lib/sync/push.hpp"

namespace mlo {

enum class RunObjects { skip, fetch };

/// The reverse of push: git's remote's run history is merged into the own one, then the objects of these datasets'
/// manifests (all, and those of drift baselines, if `names` is empty; those of runs too, if asked for) are fetched and
/// verified, then the data on disk is made to fit its manifests, except where it has unsaved changes. Error{remote}
/// naming the dataset or baseline if the remote lacks one of its objects; for a run or another version that is a
/// warning.
SyncReport pull(Workspace& workspace, Remote& remote, const std::vector<std::string>& names, RunObjects run_objects,
                Mode mode, Versions versions = Versions::current);

/// Fetches what of these objects is not here, verified. Error{remote} naming the owner if the remote lacks one.
TransferReport fetch_objects(Workspace& workspace, Remote& remote, const std::vector<Root>& roots);

}  // namespace mlo

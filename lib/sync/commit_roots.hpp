#pragma once
#include <string>
#include <vector>

#include "lib/sync/objects.hpp"

namespace mlo {

/// What manifests of datasets, models and drift baselines name in these commits and all before them, as `git rev-list`
/// takes revisions: every version there was, also on a side that a merge did not take. Those that do not parse are left
/// out: whoever reads them is told then. Nothing is asked over the network, but by git in a partial clone.
std::vector<Root> roots_of_commits(const Workspace& workspace, const std::vector<std::string>& revisions);

/// The same of all branches, tags and branches of git's remotes.
std::vector<Root> roots_of_history(const Workspace& workspace);

}  // namespace mlo

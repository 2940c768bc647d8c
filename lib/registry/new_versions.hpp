#pragma once
#include <string>
#include <vector>

#include "lib/registry/versions.hpp"

namespace mlo {

/// Of each model the newest version that a branch adds: whose manifest is in the tree of TIP and not in that of BASE.
/// `range` is `BASE`, up to HEAD, or `BASE..TIP`; nothing between the two commits is needed. Sorted by model.
/// Error{config} with the `git fetch` line for a base or a version's tag that this clone lacks.
std::vector<ModelVersion> new_versions(const Workspace& workspace, const std::string& range);

}  // namespace mlo

#pragma once
#include <optional>
#include <string>

#include "lib/workspace/workspace.hpp"

namespace mlo {

enum class Towards { fetch, push };

/// The git remote that run history and tags of models travel by, as git chooses it: for a push
/// `branch.<name>.pushRemote` or `remote.pushDefault`; the upstream of the current branch; the only remote; `origin`.
/// Nothing, with a warning where there are several that say nothing, if there is no such remote.
std::optional<std::string> find_git_remote(const Workspace& workspace, Towards towards);

}  // namespace mlo

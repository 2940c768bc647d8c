#pragma once
#include <optional>
#include <string>

#include "lib/workspace/workspace.hpp"

namespace mlo {

/// The git remote that run histories travel by: `origin`, if git has one.
std::optional<std::string> find_git_remote(const Workspace& workspace);

/// Fetches the remote's run history to refs/mlo-remotes/<remote>/.. and merges it into the own one. Returns whether
/// that moved.
bool fetch_runs(Workspace& workspace, const std::string& git_remote);
/// Merges with the remote's history and sends the union; repeats when somebody was faster. Never forces. Returns
/// whether anything was sent.
bool push_runs(Workspace& workspace, const std::string& git_remote);

}  // namespace mlo

#pragma once
#include "lib/gates/evaluate.hpp"
#include "lib/remote/remote.hpp"
#include "lib/sync/pull.hpp"

// `--fetch` of the commands that ask gates.
namespace mlo::cli {

/// Fetches from the default remote, which is opened when something is asked for. Borrows the workspace.
inline ContentFetch fetch_from_remote(Workspace& workspace) {
  std::shared_ptr<Remote> remote;  // shared: std::function copies what it holds
  return [&workspace, remote](const std::string& owner, const Artifact& content) mutable {
    if (!remote) remote = open_remote(choose_remote(workspace.config(), ""), workspace.root());
    fetch_objects(workspace, *remote, {{owner, content.id, content.directory, content.bytes}});
  };
}

}  // namespace mlo::cli

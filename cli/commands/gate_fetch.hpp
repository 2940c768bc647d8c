#pragma once
#include "lib/gates/evaluate.hpp"
#include "lib/remote/remote.hpp"
#include "lib/sync/pull.hpp"
#include "lib/util/error.hpp"

// What the commands that ask gates fetch by themselves.
namespace mlo::cli {

/// Fetches what the store lacks from the default remote, which is opened, and must exist, only then. Borrows the
/// workspace.
inline ContentFetch fetch_from_remote(Workspace& workspace) {
  std::shared_ptr<Remote> remote;  // shared: std::function copies what it holds
  return [&workspace, remote](const std::string& owner, const Artifact& content) mutable {
    const std::vector<Root> wanted = {{owner, content.id, content.directory, content.bytes}};
    if (are_here(workspace.store(), wanted)) return;
    try {
      if (!remote) remote = open_remote(workspace.world(), choose_remote(workspace.config(), ""), workspace.root());
    } catch (Error& error) {
      throw error.prefix(fmt::format("the content of {} is not here and cannot be fetched", owner));
    }
    fetch_objects(workspace, *remote, wanted);
  };
}

}  // namespace mlo::cli

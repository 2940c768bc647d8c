#pragma once
#include <string>

#include "lib/workspace/workspace.hpp"

// The run history and the tags of models, to and from a git remote.
namespace mlo {

struct MovedRefs {
  bool runs = false;
  bool tags = false;
};

/// Fetches the remote's run history to refs/mlo-remotes/<remote>/.. and merges it into the own one, and the models'
/// tags that are not here. Returns what changed here. Error{conflict} if a tag there is another one than here.
MovedRefs fetch_refs(Workspace& workspace, const std::string& git_remote);
/// The same, without tags.
bool fetch_runs(Workspace& workspace, const std::string& git_remote);

/// Merges with the remote's history and sends the union and the models' tags that it lacks, with the commits they point
/// at: all or none. Repeats when somebody was faster. Never forces. Returns what changed there. Error{conflict} if a
/// tag there is another one: somebody registered or promoted meanwhile.
MovedRefs push_refs(Workspace& workspace, const std::string& git_remote);

}  // namespace mlo

#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lib/workspace/workspace.hpp"

namespace mlo {

/// absent: no such hook. installed: mlo's own. chained: the user's, and it calls `mlo hooks run`. foreign: the user's,
/// and it does not.
enum class HookState { absent, installed, chained, foreign };
std::string_view to_string(HookState state);

/// A git hook that mlo has a use for.
struct Hook {
  std::string name;     ///< "pre-commit"
  std::string purpose;  ///< what mlo does there, for people
  fs::path file;
  HookState state = HookState::absent;
  std::string line;  ///< what to add to a foreign hook to chain it
};

/// Where git looks for hooks here: core.hooksPath, else the common directory's.
fs::path hooks_dir(const Workspace& workspace);
std::vector<Hook> list_hooks(const Workspace& workspace);
/// Makes the hooks that are absent and renews mlo's own; they call `executable`, or mlo in PATH once that is gone. The
/// user's hooks stay as they are. Error{config} if core.hooksPath leads out of the repository, where hooks are not its
/// own.
std::vector<Hook> install_hooks(const Workspace& workspace, const fs::path& executable);
/// Removes mlo's own hooks and no other. Returns those it removed.
std::vector<Hook> uninstall_hooks(const Workspace& workspace);

/// Something in the commit being made that would break a promise.
struct CommitProblem {
  std::string path;
  std::string problem;  ///< for people: "names `sha256:0123..`, which is not in the store"
  std::string hint;
};
/// What pre-commit refuses: a dataset manifest, new or changed since HEAD, with objects that are not in the store, and
/// files of a dataset staged into git itself. Looks at the index git is committing (GIT_INDEX_FILE).
std::vector<CommitProblem> check_commit(const Workspace& workspace);

}  // namespace mlo

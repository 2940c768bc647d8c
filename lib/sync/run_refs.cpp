#include "lib/sync/run_refs.hpp"

#include "lib/runs/merge.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// "refs/mlo/runs" -> "refs/mlo-remotes/origin/runs".
std::string tracking_ref(const Workspace& workspace, const std::string& git_remote) {
  const std::string& ref = workspace.config().runs_ref;
  return "refs/mlo-remotes/" + git_remote + ref.substr(ref.rfind('/'));
}

/// The remote's run history as it is now, its objects here; nothing if it has none.
std::optional<git::ObjectId> fetch_tracking(Workspace& workspace, const std::string& git_remote) {
  const git::WorkTree git = workspace.work_tree();
  const std::string& ref = workspace.config().runs_ref;
  if (trim(git.run({"ls-remote", "-q", git_remote, ref})).empty()) return std::nullopt;
  const std::string tracking = tracking_ref(workspace, git_remote);
  git.run({"fetch", "-q", "--no-tags", "--no-write-fetch-head", git_remote, "+" + ref + ":" + tracking});
  return workspace.repo().find_ref(tracking);
}

}  // namespace

std::optional<std::string> find_git_remote(const Workspace& workspace) {
  if (!workspace.repo().config("remote.origin.url")) return std::nullopt;
  return "origin";
}

bool fetch_runs(Workspace& workspace, const std::string& git_remote) {
  const auto theirs = fetch_tracking(workspace, git_remote);
  return theirs && merge_runs(workspace, *theirs) != MergeResult::up_to_date;
}

bool push_runs(Workspace& workspace, const std::string& git_remote) {
  const std::string& ref = workspace.config().runs_ref;
  for (int attempt = 1;; ++attempt) {
    const auto theirs = fetch_tracking(workspace, git_remote);
    if (theirs) merge_runs(workspace, *theirs);
    const auto ours = workspace.repo().find_ref(ref);
    if (!ours || ours == theirs) return false;
    try {
      // A plain push moves the ref only forward from what it is there: the remote's own compare-and-swap.
      workspace.work_tree().run({"push", "-q", "--atomic", git_remote, ours->hex() + ":" + ref});
      return true;
    } catch (const Error& error) {
      if (attempt == 5 || fetch_tracking(workspace, git_remote) == theirs) throw;
    }
  }
}

}  // namespace mlo

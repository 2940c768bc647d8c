#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/workspace/workspace.hpp"

// The commits on the runs ref, as they grow and merge.
namespace mlo {

/// Calls `added(path, blob)` for every file that `now` has and `before` has not. Records are immutable, so a file that
/// changed or is gone goes to `broken(path)`. Equal subtrees cost nothing.
void diff_histories(const git::Repository& repo, std::optional<git::ObjectId> before, git::ObjectId now,
                    const std::function<void(const std::string& path, git::ObjectId blob)>& added,
                    const std::function<void(const std::string& path)>& broken);

/// What one commit adds, and what it says.
struct HistoryCommit {
  std::vector<git::TreeChange> files;
  std::string message;
  UtcTime when;
};
/// Puts files on top of the runs ref as one commit, again and again while other processes move it. Files that are there
/// already with the same bytes are fine; with other bytes: Error{corrupt}. Author and committer are the user.
git::ObjectId append_history(Workspace& workspace, const HistoryCommit& commit);

}  // namespace mlo

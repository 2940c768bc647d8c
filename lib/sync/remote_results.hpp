#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "lib/pipeline/shared_results.hpp"
#include "lib/remote/remote.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// What the run history says that stages made, with its bytes from a remote: a stage that a colleague or CI ran, and
/// pushed, need not run here. Everything is verified by its digest; a remote that fails or lacks something is a
/// warning.
class RemoteResults : public SharedResults {
 public:
  /// Borrows the workspace. Brings the history up to date with git's remote, if there is one.
  RemoteResults(Workspace& workspace, std::unique_ptr<Remote> remote);
  ~RemoteResults() override;
  std::optional<ActionRecord> find(const Digest& action) override;
  bool fetch(const std::vector<SavedOutput>& outputs) override;

 private:
  Workspace& workspace_;
  std::unique_ptr<Remote> remote_;
  std::mutex mutex_;
  std::map<Digest, ActionRecord> known_;
  std::set<Digest> absent_;  ///< of what was said once that it cannot be had
};

}  // namespace mlo

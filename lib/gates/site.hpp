#pragma once
#include <optional>
#include <string>

#include "lib/manifest/model.hpp"
#include "lib/util/lock_file.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// A work tree of git of its own at one commit, `$GIT_COMMON_DIR/mlo/worktrees/mlo-gates-N`, sharing the store, the
/// action cache and the history of runs with the repository it was made from. Gone with everything in it on
/// destruction; what a killed process left is removed by the next one. Any number of processes have one at a time.
class EvaluationSite {
 public:
  EvaluationSite(const Workspace& from, git::ObjectId commit);
  EvaluationSite(const EvaluationSite&) = delete;
  ~EvaluationSite();

  Workspace& workspace() { return *workspace_; }
  World& world() { return world_; }

  /// Makes `path` hold the model, from the store. Error{not_found} naming the version if the store lacks it.
  void put_model(const ModelManifest& model, const std::string& path);

 private:
  void add(git::ObjectId commit);
  void remove() noexcept;
  struct Slot {
    std::string name;
    LockFile lock;
  };
  static Slot take_slot(const fs::path& home);

  fs::path common_;
  Slot slot_;
  fs::path root_, listed_, aside_;
  Environment env_;
  World world_;
  std::optional<Workspace> workspace_;
};

}  // namespace mlo

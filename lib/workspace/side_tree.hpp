#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "lib/util/lock_file.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// `env` without what a hook that calls mlo has in it: variables that name the outer command's work tree and index.
Environment without_git(Environment env);

/// A work tree of git of its own at one commit, `$GIT_COMMON_DIR/mlo/worktrees/KIND-N`, sharing the store, the action
/// cache and the history of runs with the repository it was made from. Gone with everything in it on destruction; what
/// a killed process left of the same kind is removed by the next one. Any number of processes have one at a time.
class SideTree {
 public:
  /// `kind`: "mlo-gates"; `owner`: who holds it, for messages. `env` is what its world has.
  SideTree(const Workspace& from, git::ObjectId commit, std::string_view kind, std::string_view owner, Environment env);
  SideTree(const SideTree&) = delete;
  ~SideTree();

  Workspace& workspace() { return *workspace_; }
  const Workspace& workspace() const { return *workspace_; }
  World& world() { return world_; }
  const fs::path& root() const { return places_.root; }
  /// A directory beside the tree that goes with it; not made yet.
  const fs::path& scratch() const { return places_.scratch; }

  /// Makes it as it was when new: every file of the commit, and no other.
  void reset();

 private:
  void add(git::ObjectId commit);
  void remove() noexcept;
  struct Slot {
    std::string name;
    LockFile lock;
  };
  struct Places {
    fs::path root, listed, aside, scratch, stat;
    void remove() const;
  };
  static Slot take_slot(const fs::path& home, std::string_view kind, std::string_view owner);
  Places places_of(const std::string& slot) const;
  void sweep(std::string_view kind, std::string_view owner) const;

  fs::path common_, home_;
  Slot slot_;
  Places places_;
  Environment env_;
  World world_;
  std::optional<Workspace> workspace_;
};

}  // namespace mlo

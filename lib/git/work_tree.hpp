#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/git/object_id.hpp"
#include "lib/util/environment.hpp"
#include "lib/util/fs.hpp"

// What needs the user's git: its index, filters, hooks, signing and network. Every function spawns `git` with a clean
// set of GIT_* variables and turns its failure into one Error line.
namespace mlo::git {

using PathSet = std::set<std::string, std::less<>>;
/// True if `paths` has the path or a directory that it lies in.
bool covers(const PathSet& paths, std::string_view path);

class WorkTree {
 public:
  WorkTree(fs::path root, const Environment& env);

  /// Runs `git ARGS` in the work tree; Error{error|remote|conflict} with git's last telling line if it fails.
  std::string run(const std::vector<std::string>& args, std::string_view input = {}) const;

  /// Stages these files as they are on disk, ignored or not; one that is gone leaves the index.
  void stage(const std::vector<std::string>& paths) const;
  /// Takes a path (or all below it) out of the index and leaves the files; paths that are not tracked are skipped.
  void untrack(const std::vector<std::string>& paths) const;
  /// Commits exactly these paths as they are staged (not as they lie on disk) and nothing else; hooks and signing as
  /// configured. require_quiet first.
  ObjectId commit_only(const std::vector<std::string>& paths, std::string_view message) const;
  /// Makes the annotated tag `name` of a commit, signed if git is configured so; returns the tag object.
  /// Error{conflict} if there is such a tag.
  ObjectId tag(const std::string& name, ObjectId commit, std::string_view message) const;
  /// Error{conflict} in the middle of a merge, rebase, cherry-pick, with GIT_INDEX_FILE set, or index.lock: as in all
  /// functions here only if that stays for a second, for others hold it for a moment.
  void require_quiet() const;

  /// Tracked paths at or below `path` (with `/`, relative to the root).
  std::vector<std::string> tracked(const std::string& path) const;
  /// What the index being committed (GIT_INDEX_FILE, as git sets it for its hooks) adds or changes since HEAD; sorted.
  std::vector<std::string> staged() const;
  /// The blobs of that index at or below `path`, by path.
  std::map<std::string, ObjectId> indexed(const std::string& path) const;
  /// Files that are neither tracked nor ignored, and repositories in this one as `path/`; relative to the root, sorted.
  /// `made` and what lies there is passed over unasked: git compares every file with every line of its `.gitignore`,
  /// and of what a pipeline makes there may be thousands in both.
  std::vector<std::string> untracked(const PathSet& made = {}) const;
  /// Tracked files that differ from HEAD plus `untracked`, sorted.
  std::vector<std::string> dirty(const PathSet& made = {}) const;
  /// Tracked plus untracked files, sorted. A tracked one may be gone from disk.
  std::vector<std::string> files(const PathSet& made = {}) const;

 private:
  enum class Index { own, inherited };
  /// Those of the paths that git ignores, sorted.
  std::vector<std::string> ignored_of(const std::vector<std::string>& paths) const;
  /// `no`: an exit code that is an answer too, not a failure.
  std::string spawn(const std::vector<std::string>& args, std::string_view input, Index index, int no = 0) const;

  fs::path root_;
  Environment env_;
};

}  // namespace mlo::git

#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/git/object_id.hpp"
#include "lib/util/environment.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/utc_time.hpp"

// Objects and refs, by libgit2. Nothing here touches the index, the work tree or a network: see work_tree.hpp.
namespace mlo::git {

struct Signature {
  std::string name, email;
  UtcTime when;
};

struct Commit {
  ObjectId id, tree;
  std::vector<ObjectId> parents;
  Signature author, committer;
  std::string message;
};

enum class EntryKind { file, executable, symlink, directory, submodule };

struct TreeEntry {
  std::string name;
  EntryKind kind;
  ObjectId id;
};

struct Ref {
  std::string name;  ///< full: refs/heads/main
  ObjectId id;       ///< what it points at (symbolic refs resolved; tags not peeled)
};

/// An annotated tag.
struct Tag {
  ObjectId id, target;
  std::string name;  ///< as the object itself says, without refs/tags/
  Signature tagger;
  std::string message;  ///< without a signature
};

/// A new or removed file below a tree, by path with `/`.
struct TreeChange {
  std::string path;
  std::optional<ObjectId> blob;  ///< nothing: remove
  EntryKind kind = EntryKind::file;
};

class HeldWrites;

/// An open git repository. Not thread-safe: one object per thread. Errors of libgit2 arrive as Error with a hint.
class Repository {
 public:
  /// The repository `start` lies in; nothing if there is none. Error{config} with the way out for one that libgit2
  /// cannot open (owned by another user, SHA-256, reftable) and for a bare one. `env` says where the user's
  /// configuration is (HOME, XDG_CONFIG_HOME, GIT_CONFIG_*) and where to stop looking (GIT_CEILING_DIRECTORIES).
  static std::optional<Repository> discover(const fs::path& start, const Environment& env);
  Repository(Repository&&) noexcept;
  ~Repository();

  const fs::path& work_dir() const;    ///< absolute, resolved, no trailing slash
  const fs::path& git_dir() const;     ///< of this worktree
  const fs::path& common_dir() const;  ///< shared by all worktrees

  std::optional<ObjectId> head() const;            ///< nothing on an unborn branch
  std::optional<std::string> head_branch() const;  ///< "main"; nothing when detached
  /// A revision as git understands it (branch, tag, HEAD~2, short id), peeled to a commit.
  std::optional<ObjectId> find_commit(std::string_view revision) const;
  Commit load_commit(ObjectId id) const;
  /// Commits reachable from `from` as far as a shallow clone has them, newest first; the visitor returns false to stop.
  void walk(ObjectId from, const std::function<bool(const Commit&)>& visit) const;
  bool is_ancestor(ObjectId ancestor, ObjectId descendant) const;

  std::vector<TreeEntry> load_tree(ObjectId tree) const;
  /// `path` below a tree ("" is the tree itself).
  std::optional<TreeEntry> find_entry(ObjectId tree, std::string_view path) const;
  std::string load_blob(ObjectId id) const;
  bool has_object(ObjectId id) const;
  /// Nothing if the object is not an annotated tag.
  std::optional<Tag> find_tag(ObjectId id) const;

  ObjectId write_blob(std::string_view bytes);
  /// `base` (or the empty tree) with the changes applied; directories that become empty go. A file that stands where a
  /// change needs a directory gives way.
  ObjectId write_tree(std::optional<ObjectId> base, const std::vector<TreeChange>& changes);
  ObjectId write_commit(ObjectId tree, const std::vector<ObjectId>& parents, const Signature& author,
                        const Signature& committer, std::string_view message);
  /// Puts on disk what HeldWrites holds of them, if it does: before a ref names it.
  void flush_held();
  /// An annotated tag object; no ref is made.
  ObjectId write_tag(ObjectId target, std::string_view name, const Signature& tagger, std::string_view message);

  std::optional<ObjectId> find_ref(std::string_view name) const;
  std::vector<Ref> list_refs(std::string_view prefix) const;  ///< sorted by name
  /// Moves or makes a ref if it still is `expected` (nothing: must not exist). False if somebody else moved it.
  /// Compared and moved under the ref's lock; Error{conflict} if another program holds that for seconds. The lock that
  /// a killed process left on one of mlo's own refs (refs/mlo..) is taken over. On disk when it returns.
  bool move_ref(std::string_view name, std::optional<ObjectId> expected, ObjectId target, std::string_view reflog);
  bool delete_ref(std::string_view name, ObjectId expected);

  /// A configuration value as git would see it here; nothing if unset.
  std::optional<std::string> config(std::string_view key) const;
  /// user.name / user.email, with GIT_AUTHOR_*/GIT_COMMITTER_* of `env` first. Error{config} with the `git config`
  /// lines to type if there is none.
  Signature identity(const Environment& env, UtcTime when) const;
  std::optional<Signature> find_identity(const Environment& env, UtcTime when) const;

 private:
  friend class HeldWrites;
  struct State;
  explicit Repository(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// While it lives, the blobs, trees and commits that are written through a repository stay in memory, where it finds
/// them; `flush` (or Repository::flush_held) puts them on disk as one pack. For many: each alone costs a file and a
/// sync. What was not flushed never existed.
class HeldWrites {
 public:
  /// Borrows the repository, of which nobody else holds writes.
  explicit HeldWrites(Repository& repo);
  HeldWrites(const HeldWrites&) = delete;
  ~HeldWrites();
  void flush();

 private:
  friend struct Repository::State;
  struct Held;
  void note(const ObjectId& written) { written_.push_back(written); }
  Repository& repo_;
  std::unique_ptr<Held> held_;
  std::vector<ObjectId> written_;
};

/// Of the libgit2 that runs: "1.5.1".
std::string libgit2_version();

}  // namespace mlo::git

#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "lib/store/object_store.hpp"
#include "lib/workspace/stat_cache.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// What a path holds.
struct Content {
  Digest id;  ///< of the file's bytes, or of the tree
  bool directory = false;
  bool executable = false;  ///< only for a single file
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;  ///< below a directory; 1 for a file
  bool operator==(const Content&) const = default;
};

/// The content of paths in the work tree, hashed once each and remembered, and moved between it and the store. Paths
/// are relative to the root. A directory is what version-data would make of it: without what a `.mloignore` names, and
/// without a `.gitignore` that holds nothing but mlo's own lines; but links may lead out of it, and one to a file then
/// counts as that file, whose change would not be seen else. Safe from any thread for paths that do not overlap.
class WorkContent {
 public:
  using IgnoreLines = std::map<std::string, std::set<std::string>>;
  /// `own_lines`: what mlo puts into which `.gitignore`.
  WorkContent(const Workspace& workspace, StatCache& cache, IgnoreLines own_lines = {})
      : workspace_(workspace),
        root_(workspace.root()),
        store_(workspace.store()),
        cache_(cache),
        link_(workspace.config().link),
        own_lines_(std::move(own_lines)) {}

  /// Nothing if the path does not exist. A link is followed at `path` itself; below it only to a file elsewhere.
  /// Error{invalid} for what is neither a file nor a directory (a fifo, a socket).
  std::optional<Content> find(const std::string& path);
  /// Looks anew at the path, at what is below it and at the directories around it, at the next find.
  void forget(const std::string& path);

  /// Puts what the path holds into the batch, and returns it. Error{not_found} if there is nothing, Error{conflict} if
  /// a file changes meanwhile.
  Content save(const std::string& path, ObjectStore::Batch& batch);
  /// Makes the path hold `content` from the store, replacing what is there; free if it holds that already.
  /// Error{not_found} or Error{corrupt} if the store lacks it; then the path is as before.
  void restore(const std::string& path, const Content& content);
  /// Takes the path and everything below it away; a missing path is no error.
  void remove(const std::string& path);
  /// True if the store holds the content's object (of a directory: its top).
  bool stored(const Content& content) const { return store_.has(content.id); }
  /// What `path` would hold below a directory whose tree is `tree`; nothing if it is not there or the store lacks the
  /// tree.
  std::optional<Content> find_in_tree(const Digest& tree, std::string_view path) const;

 private:
  Content read(const std::string& path, const fs::path& file, const FileStat& stat, ObjectStore::Batch* batch);
  Content read_directory(const std::string& path, const fs::path& directory, ObjectStore::Batch* batch);
  /// The file elsewhere to which the link `below` the directory leads; nothing for any other link.
  std::optional<Content> read_outer(const std::string& path, const fs::path& directory, const std::string& below,
                                    const std::string& target, ObjectStore::Batch* batch);
  bool is_own(const std::string& path, const fs::path& file) const;

  const Workspace& workspace_;
  fs::path root_;
  ObjectStore& store_;
  StatCache& cache_;
  LinkType link_;
  IgnoreLines own_lines_;
  std::mutex mutex_;
  std::map<std::string, std::optional<Content>> known_;
};

}  // namespace mlo

#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/data/contents.hpp"
#include "lib/manifest/dataset.hpp"

namespace mlo {

/// A path below a dataset ("" is the dataset itself) where the work tree is not what a version says. Directories that
/// are on one side only are named, and so is everything below them; a directory on both sides is not.
struct Difference {
  std::string path;
  std::optional<TreeEntry> want;      ///< what the version has there
  std::optional<ScannedEntry> found;  ///< what the disk has there; its id is unset where the size or kind told enough
};

struct WorkState {
  bool exists = false;
  Scan scan;                            ///< of a directory
  std::vector<Difference> differences;  ///< ascending by path
};

/// Whether what lies below a directory that the version has and the disk has not is named too.
enum class Below { named, left_out };

/// Compares the data on disk with a version: lstat and the cache decide, only what they cannot is hashed.
/// Error{not_found} if the store lacks one of the version's trees, Error{conflict} if a symlink stands in the way to
/// the data.
WorkState compare_with_work(const Workspace& workspace, StatCache& cache, const DatasetManifest& version,
                            Below below = Below::named);

/// lstat of the data; Error{conflict} if a parent directory is a symlink: nothing is read or written through one.
std::optional<FileStat> find_data(const Workspace& workspace, const std::string& repo_path);

enum class ChangeKind { added, changed, removed };
std::string_view to_string(ChangeKind kind);

/// One file (or symlink) that two versions do not agree on.
struct FileChange {
  std::string path;  ///< below the dataset; "" for a dataset of one file
  ChangeKind kind = ChangeKind::changed;
  std::uint64_t old_size = 0, new_size = 0;
};

struct ChangeCounts {
  std::uint64_t added = 0, changed = 0, removed = 0;
  std::uint64_t bytes_added = 0, bytes_removed = 0;  ///< of added and changed, of removed and changed files
};

/// From the version (old) to the disk (new).
std::vector<FileChange> changes_of(const WorkState& state);
/// From one version to another; shared subtrees are not even read.
std::vector<FileChange> compare_versions(const ObjectStore& store, const DatasetManifest* before,
                                         const DatasetManifest* after);
ChangeCounts count_changes(const std::vector<FileChange>& changes);

/// The version as an entry of an imagined directory around it.
TreeEntry top_entry(const DatasetManifest& version);

}  // namespace mlo

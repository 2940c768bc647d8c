#pragma once
#include <functional>
#include <string>

#include "lib/data/scan.hpp"
#include "lib/store/object_store.hpp"
#include "lib/util/world.hpp"

// Directories that the disk lacks: they are written elsewhere, whole, and then appear by one rename.
namespace mlo {

/// Error{not_found} if the store lacks the content of a file or symlink, Error{corrupt} if it cannot be that or, for a
/// symlink that must not, leads out of the dataset. `path`: below the dataset.
void require_object(const ObjectStore& store, const std::string& path, const TreeEntry& want,
                    OuterLinks links = OuterLinks::refuse);

/// Files (and symlinks) below a tree; counts no further than `limit`.
std::uint64_t count_files(const ObjectStore& store, const Digest& tree, std::uint64_t limit = UINT64_MAX);

/// A directory to write: a new directory `name` in `parent_fd`, which nobody else can reach.
struct TreeTarget {
  int parent_fd;
  std::string name;
  std::string path;  ///< it will have, below the dataset
};

/// Called for each regular file that was written, from any thread.
using OnFile = std::function<void(const std::string& path, const TreeEntry& entry, const FileStat& written)>;

struct StageOptions {
  LinkType link;
  bool sync;  ///< each file and directory; if not, the caller syncs the file system
  OnFile on_file = {};
  OuterLinks links = OuterLinks::refuse;
};

/// Writes the tree with all below it, verified, on many threads: a directory's files by one thread, unless there are
/// thousands. After an error what was written is the caller's to remove.
void stage_tree(const World& world, const ObjectStore& store, const Digest& tree, const TreeTarget& target,
                const StageOptions& options);

}  // namespace mlo

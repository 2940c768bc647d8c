#pragma once
#include <optional>
#include <string>

#include "lib/data/scan.hpp"
#include "lib/store/object_store.hpp"
#include "lib/workspace/stat_cache.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// What a path of the work tree holds: a file or a directory.
struct DataContent {
  TreeEntry entry;  ///< kind, size and id; its name is empty
  std::uint64_t files = 1;
  bool is_directory() const { return entry.kind == TreeEntryKind::directory; }
};

/// The digest of a file of the work tree, through the cache. `stat` is what lstat said. Nothing if it changed
/// meanwhile.
std::optional<Digest> hash_file(const Workspace& workspace, StatCache& cache, const std::string& repo_path,
                                const FileStat& stat);

/// Puts the file or directory at `repo_path` into the store: all objects and trees are durable when this returns, and
/// the cache knows the files. Error{not_found} if nothing is there, Error{conflict} if something changes meanwhile,
/// Error{invalid} as scan_directory.
DataContent store_content(const Workspace& workspace, StatCache& cache, const std::string& repo_path);

}  // namespace mlo

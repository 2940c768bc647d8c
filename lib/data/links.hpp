#pragma once
#include <string>
#include <vector>

#include "lib/manifest/dataset.hpp"
#include "lib/workspace/workspace.hpp"

// Files of the work tree that are hard links of the store's objects: they take no room of their own and are read-only,
// for a change would be one of the object (LinkType::hardlink).
namespace mlo {

/// Whether a file that mlo wrote is such a link: its own are writable.
bool is_link(const FileStat& written);

struct LinkReport {
  std::uint64_t files = 0, bytes = 0;  ///< that changed
  std::vector<std::string> in_use;     ///< left alone: some program has it open for writing, or nobody can tell
};

/// Puts links in the place of the version's unchanged files, where the store has an object's own file and the file
/// system no reflinks. Stopped anywhere, each file is one or the other.
LinkReport link_files(const Workspace& workspace, StatCache& cache, const DatasetManifest& version);

/// Gives each read-only or linked file of datasets at or below `repo_path` ("" is all) bytes of its own, with the mode
/// that a checkout gives. Stopped anywhere, each file is one or the other. Error{not_found} if no dataset is there,
/// Error{conflict} if a file changes meanwhile.
LinkReport unlink_files(const Workspace& workspace, StatCache& cache, const std::string& repo_path);

}  // namespace mlo

#pragma once
#include <optional>
#include <string>
#include <vector>

#include "lib/data/checkout.hpp"
#include "lib/workspace/workspace.hpp"

// What another tool versions in this repository becomes datasets of mlo. That tool's own files, caches and commits
// stay as they are; objects come first, so whatever fails leaves the work tree as it was.
namespace mlo {

struct MigrateRequest {
  std::vector<std::string> paths = {};  ///< only what lies in these; all if empty
  bool history = false;                 ///< also what every commit of the branches and tags had
  bool remove = false;                  ///< of DVC: take the `.dvc` files out of work tree and index
  Execution execution = Execution::real;
  std::optional<std::string> message = {};  ///< of the commit
  bool commit = false;
};

struct MigratedDataset {
  DatasetManifest manifest;
  std::string from;     ///< what said it: "raw.dvc", "12 pointers"
  bool changed = true;  ///< false: an earlier call did it
};

struct MigratedHistory {
  std::uint64_t commits = 0;          ///< that have versions of datasets
  std::vector<std::string> refs;      ///< made or moved: "dvc/main"
  std::vector<std::string> left_out;  ///< versions whose content is nowhere, for people
};

struct MigrateReport {
  std::vector<MigratedDataset> datasets;  ///< by path
  std::vector<std::string> skipped;       ///< for people
  std::vector<std::string> removed;       ///< files
  std::vector<std::string> ignores = {};  ///< of DVC: each `.dvcignore` that became a `.mloignore` beside it
  std::optional<MigratedHistory> history;
  std::optional<std::string> commit;
};

/// Every output of every `.dvc` file, verified by its MD5. Error{not_found} naming what
/// is neither in DVC's cache nor on a remote that mlo can read; Error{corrupt} for bytes that are not what their MD5
/// says; Error{conflict} for a path that is another dataset already, or `.dvc` files to remove that git does not have.
/// Outputs of stages in dvc.yaml stay with the pipeline. What a `.dvcignore` names stays no part of the data.
MigrateReport import_from_dvc(Workspace& workspace, const MigrateRequest& request);

/// Every file of HEAD that is a git-lfs pointer: the topmost directories that hold nothing else become a dataset each,
/// other pointers one of one file, paths of the request exactly these. Bytes come from `.git/lfs`, else the work tree,
/// else `git lfs fetch`; their names are SHA-256 already, and verified while they are stored. The files leave git's
/// index and stay on disk.
MigrateReport import_from_lfs(Workspace& workspace, const MigrateRequest& request);

}  // namespace mlo

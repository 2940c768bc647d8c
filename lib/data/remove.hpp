#pragma once
#include <optional>
#include <string>

#include "lib/data/checkout.hpp"

namespace mlo {

enum class Files { remove, keep };

struct RemoveReport {
  DatasetManifest manifest;
  std::uint64_t files_removed = 0;
};

/// Ends the versioning of a dataset: data, .gitignore line and manifest go, in this order, and the removal is staged.
/// Its versions stay in git's history and in the store. Unless `overwrite` says otherwise, Error{conflict} if the data
/// has unsaved changes or its version is in no commit: then nothing could bring it back.
RemoveReport remove_dataset(const Workspace& workspace, const std::string& name, Files files, Overwrite overwrite,
                            Execution execution);

}  // namespace mlo

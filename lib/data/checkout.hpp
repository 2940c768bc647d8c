#pragma once
#include <string>
#include <vector>

#include "lib/manifest/dataset.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

enum class Overwrite { saved_only, anything };
enum class Execution { real, dry_run };

struct CheckoutReport {
  DatasetManifest manifest;
  std::uint64_t written = 0, removed = 0;  ///< files; in a dry run those that would be
  std::uint64_t bytes_written = 0;
  std::uint64_t linked = 0;  ///< of those written: read-only hard links of the store's objects
  bool changed() const { return written + removed != 0; }
};

/// Makes the data on disk be `version`. All files are written and synced beside the data first, then renamed into
/// place: stopped anywhere, every file is the old one or the new one, and the same call finishes the work. Files whose
/// content the store does not have are neither overwritten nor removed unless `overwrite` says so: Error{conflict}
/// naming the first, before anything changes. Ignored files stay. Nothing is followed or written through a symlink.
/// Error{not_found} if the store lacks an object, before anything changes; Error{corrupt} for a damaged one or one that
/// is not allowed here.
CheckoutReport check_out_dataset(const Workspace& workspace, const DatasetManifest& version, Overwrite overwrite,
                                 Execution execution);

/// Removes the data of a version from disk by the same rules.
CheckoutReport remove_data(const Workspace& workspace, const DatasetManifest& version, Overwrite overwrite,
                           Execution execution);

/// Makes `manifest` the work tree's version of its dataset: writes and stages the manifest and its .gitignore line. The
/// data first, by check_out_dataset.
void adopt_version(const Workspace& workspace, const DatasetManifest& manifest);

}  // namespace mlo

#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/dataset.hpp"
#include "lib/util/utc_time.hpp"
#include "lib/workspace/workspace.hpp"

// Which datasets there are, and the one place that turns a typed name into a version.
namespace mlo {

/// ".mlo/data/<name>.yaml".
std::string dataset_file(std::string_view name);

/// All datasets of the work tree, by name. Error{invalid} for a manifest that is malformed, lies about its name, or
/// names a path outside the repository, inside `.git` or `.mlo`.
std::vector<DatasetManifest> load_datasets(const Workspace& workspace);
/// The same of any work tree, by its top; none if mlo is not used there.
std::vector<DatasetManifest> load_datasets_in(const fs::path& root);
std::optional<DatasetManifest> find_dataset(const Workspace& workspace, std::string_view name);
/// Error{not_found} with a near name.
DatasetManifest load_dataset(const Workspace& workspace, std::string_view name);
/// The named datasets in the order of their names, each once; all if `names` is empty.
std::vector<DatasetManifest> select_datasets(const Workspace& workspace, const std::vector<std::string>& names);

/// The name that data at `path` has or gets: `wanted`, else one made from the path. Error{invalid} for a path inside
/// another dataset or around one; Error{conflict} for a name that another path has; Error{usage} for a subcommand's.
std::string choose_dataset_name(const std::optional<std::string>& wanted, const std::string& path,
                                const std::vector<DatasetManifest>& existing);

/// Error{conflict} if the version's path lies in another dataset of the work tree or around one: a file belongs to one
/// at most.
void require_apart(const Workspace& workspace, const DatasetManifest& version);

/// The manifest as a git revision has it; nothing if that revision has no such dataset. Error{not_found} for an unknown
/// revision.
std::optional<DatasetManifest> find_dataset_at(const Workspace& workspace, std::string_view name,
                                               std::string_view revision);
std::vector<DatasetManifest> load_datasets_at(const Workspace& workspace, std::string_view revision);

/// One commit that changed a dataset's manifest.
struct DatasetVersion {
  git::ObjectId commit;
  UtcTime when;
  std::string author;
  std::string subject;
  std::optional<DatasetManifest> manifest;  ///< nothing: that commit removed it
};
/// Versions reachable from HEAD, newest first. Error{not_found} if there never was such a dataset.
std::vector<DatasetVersion> dataset_history(const Workspace& workspace, std::string_view name);

/// `NAME`: the work tree's version. `NAME@sha256:PREFIX` (4 digits or more): the one version, now or in the history,
/// whose content id begins so. `NAME@REV`: as that git revision has it. Error{not_found}, or Error{usage} for an
/// ambiguous prefix.
DatasetManifest resolve_dataset(const Workspace& workspace, std::string_view spec);
/// The part of a spec before `@`, and after it if there is one.
std::pair<std::string, std::optional<std::string>> split_dataset_spec(std::string_view spec);

}  // namespace mlo

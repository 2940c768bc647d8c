#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/migrate/migrate.hpp"

namespace mlo {

/// A dataset at `path` whose content is `top`, in the store.
DatasetManifest manifest_for(const Workspace& workspace, const std::string& path, const TreeEntry& top);

/// Gives each its name (that of the dataset at its path, else one made from the path) and says which are known already.
/// Error{conflict} for a path that is another version of a dataset.
void name_datasets(const Workspace& workspace, std::vector<MigratedDataset>& datasets);

/// Data that is missing on disk is checked out; what differs only where `stands_for_it` says that the disk has a link
/// or pointer to the same content, too. Then manifests and .gitignore lines are written and staged, and `report.commit`
/// is made if asked for. Data that the user changed stays changed.
void adopt_datasets(Workspace& workspace, const MigrateRequest& request, MigrateReport& report,
                    const std::vector<std::string>& also_commit,
                    const std::function<bool(const std::string& repo_path)>& stands_for_it);

/// Writes what the commits of all branches and tags had as branches and tags `<prefix>/..`: their commits hold nothing
/// but manifests, keep author, date and message and name their origin in a trailer. Commits whose datasets are their
/// parent's get none. The user's own refs are never moved. Error{conflict} for a ref of that name that is another's.
MigratedHistory write_history(Workspace& workspace, const std::string& prefix,
                              const std::function<std::vector<DatasetManifest>(const git::Commit&)>& datasets_at);

}  // namespace mlo

#pragma once
#include <string>
#include <vector>

#include "lib/data/status.hpp"

namespace mlo {

/// The datasets of the work tree whose manifests differ between two commits of git; all if one of them is not known.
/// Looks at no data.
std::vector<DatasetManifest> changed_datasets(const Workspace& workspace, std::string_view before,
                                              std::string_view after);

struct FollowReport {
  std::vector<DatasetManifest> checked_out;
  std::vector<std::string> left_alone;  ///< names: unsaved changes
  std::vector<std::string> absent;      ///< names: the store lacks their versions
};
/// Makes the data of these datasets be what their manifests say, as far as the store has it and nothing unsaved is
/// lost.
FollowReport follow_manifests(const Workspace& workspace, const std::vector<DatasetManifest>& datasets);

}  // namespace mlo

#pragma once
#include <string>
#include <vector>

#include "lib/sync/objects.hpp"

namespace mlo {

/// What typed names mean: a dataset comes first, then a model at a version or stage.
struct SyncNames {
  std::vector<std::string> datasets, models;
};
SyncNames split_names(const Workspace& workspace, const std::vector<std::string>& names);

/// The content of these versions (NAME@VERSION, NAME@STAGE, NAME), of every good one if `specs` is empty.
std::vector<Root> model_roots(const Workspace& workspace, const std::vector<std::string>& specs);

/// Sends the models' tags that git's remote lacks, with the commits they point at, all or none. Returns how many.
/// Error{conflict} if a tag there is another one: somebody registered or promoted meanwhile.
std::size_t push_tags(const Workspace& workspace, const std::string& git_remote);
/// Fetches tags; returns whether models' tags changed here. Error{conflict} if one there is another one than here.
bool fetch_tags(const Workspace& workspace, const std::string& git_remote);

}  // namespace mlo

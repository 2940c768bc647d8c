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

}  // namespace mlo

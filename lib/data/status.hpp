#pragma once
#include <string>
#include <vector>

#include "lib/data/compare.hpp"

namespace mlo {

/// unknown: the data is there, but the store lacks the version's trees (not pulled yet), so it cannot be compared.
enum class DataState { unchanged, modified, missing, unknown };
std::string_view to_string(DataState state);

struct DatasetStatus {
  DatasetManifest manifest;
  DataState state = DataState::unchanged;
  std::vector<FileChange> changes;
};

/// Compares each dataset with the data on disk; what was hashed is remembered in the cache.
std::vector<DatasetStatus> data_status(const Workspace& workspace, const std::vector<DatasetManifest>& datasets);

}  // namespace mlo

#pragma once
#include <string>
#include <vector>

#include "lib/manifest/dataset.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// What one dataset takes. Bytes in the store are those of its files and trees, each content once.
struct DatasetUsage {
  DatasetManifest manifest;     ///< the version of the work tree
  std::uint64_t stored = 0;     ///< bytes of it that are in the store
  std::uint64_t shared = 0;     ///< of these: what other datasets' versions of the work tree need too
  std::uint64_t absent = 0;     ///< objects of it that are not here
  std::uint64_t versions = 0;   ///< different contents in the history of HEAD, this one included; 0 if nobody asked
  std::uint64_t old_bytes = 0;  ///< in the store, and needed by older versions alone
};

enum class History { skip, measure };

/// In the order of `names` as select_datasets has it; `shared` counts all datasets.
std::vector<DatasetUsage> measure_datasets(const Workspace& workspace, const std::vector<std::string>& names,
                                           History history);

}  // namespace mlo

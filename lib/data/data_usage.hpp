#pragma once
#include <string>
#include <vector>

#include "lib/manifest/dataset.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// Bytes of the disk on which the store keeps objects, each counted once: trees and lists of parts too, and as they lie
/// there, perhaps compressed.
struct StoredBytes {
  std::uint64_t stored = 0;  ///< all that is here
  std::uint64_t shared = 0;  ///< of these: what several datasets' versions of the work tree need
  std::uint64_t old = 0;     ///< besides these: what older versions alone need
};

struct DatasetUsage {
  DatasetManifest manifest;  ///< the version of the work tree
  StoredBytes bytes;
  std::uint64_t absent = 0;    ///< objects of it that are not here
  std::uint64_t versions = 0;  ///< different contents in the history of HEAD, this one included; 0 if nobody asked
};

struct DataUsage {
  std::vector<DatasetUsage> datasets;
  StoredBytes total;  ///< of all these: what they share counts once
};

enum class History { skip, measure };

/// In the order of `names` as select_datasets has it; `shared` looks at all datasets, whatever the names.
DataUsage measure_datasets(const Workspace& workspace, const std::vector<std::string>& names, History history);

}  // namespace mlo

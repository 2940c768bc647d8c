#pragma once
#include <map>
#include <string>
#include <vector>

#include "lib/manifest/dataset.hpp"
#include "lib/manifest/run_record.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// The registered datasets of the work tree, read once, by where their data lies.
class DatasetIndex {
 public:
  explicit DatasetIndex(const Workspace& workspace);
  /// The datasets that `inputs` are, lie in, or hold: name -> id, as the manifest names it.
  std::map<std::string, std::string> of(const std::vector<Artifact>& inputs) const;

 private:
  std::vector<DatasetManifest> datasets_;
};

}  // namespace mlo

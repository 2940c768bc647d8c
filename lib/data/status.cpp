#include "lib/data/status.hpp"

#include "lib/util/error.hpp"

namespace mlo {

std::string_view to_string(DataState state) {
  switch (state) {
    case DataState::unchanged:
      return "unchanged";
    case DataState::modified:
      return "modified";
    case DataState::missing:
      return "missing";
    case DataState::unknown:
      return "unknown";
  }
  return "";
}

std::vector<DatasetStatus> data_status(const Workspace& workspace, const std::vector<DatasetManifest>& datasets) {
  StatCache cache = workspace.stat_cache();
  std::vector<DatasetStatus> out;
  for (const DatasetManifest& manifest : datasets) {
    DatasetStatus status{.manifest = manifest, .state = DataState::unchanged, .changes = {}};
    if (!find_data(workspace, manifest.path)) {
      status.state = DataState::missing;
    } else if (manifest.directory && !workspace.store().has(manifest.tree)) {
      status.state = DataState::unknown;
    } else {
      const WorkState work = compare_with_work(workspace, cache, manifest);
      status.changes = changes_of(work);
      if (!work.differences.empty()) status.state = DataState::modified;
    }
    out.push_back(std::move(status));
  }
  cache.save(workspace.world().clock.now());
  return out;
}

}  // namespace mlo

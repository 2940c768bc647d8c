#include "lib/data/data_usage.hpp"

#include <set>

#include "lib/data/datasets.hpp"
#include "lib/store/closure.hpp"

namespace mlo {
namespace {

/// The store's objects of one version.
struct Content {
  std::vector<std::pair<Digest, std::uint64_t>> objects;
  std::uint64_t absent = 0;
};

Content content_of(const Workspace& workspace, const DigestSet& trees) {
  Content content;
  for (const Digest& id : close_over(workspace.world(), workspace.store(), trees)) {
    if (const auto size = workspace.store().find_size(id))
      content.objects.emplace_back(id, *size);
    else
      ++content.absent;
  }
  return content;
}

void measure_history(const Workspace& workspace,
                     const std::unordered_map<Digest, unsigned, DigestHash>& users, DatasetUsage& usage) {
  DigestSet trees = {usage.manifest.tree};
  try {
    for (const DatasetVersion& version : dataset_history(workspace, usage.manifest.name)) {
      if (version.manifest) trees.insert(version.manifest->tree);
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;  // it was never committed
  }
  usage.versions = trees.size();
  trees.erase(usage.manifest.tree);
  for (const auto& [id, size] : content_of(workspace, trees).objects) usage.old_bytes += users.contains(id) ? 0 : size;
}

}  // namespace

std::vector<DatasetUsage> measure_datasets(const Workspace& workspace, const std::vector<std::string>& names,
                                           History history) {
  std::set<std::string> wanted;
  for (const DatasetManifest& dataset : select_datasets(workspace, names)) wanted.insert(dataset.name);
  std::unordered_map<Digest, unsigned, DigestHash> users;
  std::vector<std::pair<DatasetUsage, Content>> measured;
  for (DatasetManifest& dataset : load_datasets(workspace)) {
    Content content = content_of(workspace, {dataset.tree});
    for (const auto& [id, size] : content.objects) ++users[id];
    if (!wanted.contains(dataset.name)) continue;
    measured.emplace_back(DatasetUsage{.manifest = std::move(dataset)}, std::move(content));
  }
  std::vector<DatasetUsage> out;
  for (auto& [usage, content] : measured) {
    usage.absent = content.absent;
    for (const auto& [id, size] : content.objects) {
      usage.stored += size;
      usage.shared += users.at(id) > 1 ? size : 0;
    }
    if (history == History::measure) measure_history(workspace, users, usage);
    out.push_back(std::move(usage));
  }
  return out;
}

}  // namespace mlo

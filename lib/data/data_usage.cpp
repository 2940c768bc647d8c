#include "lib/data/data_usage.hpp"

#include <set>

#include "lib/data/datasets.hpp"
#include "lib/store/closure.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

/// The store's objects of some versions.
struct Content {
  std::vector<std::pair<Digest, std::uint64_t>> objects;  ///< with their bytes on disk
  std::uint64_t absent = 0;
};

Content content_of(const Workspace& workspace, const DigestSet& trees) {
  Content content;
  for (const Digest& id : close_over(workspace.world(), workspace.store(), trees)) {
    if (const auto size = workspace.store().find_stored_size(id))
      content.objects.emplace_back(id, *size);
    else
      ++content.absent;
  }
  return content;
}

/// What is in the history of HEAD besides the version itself.
DigestSet older_trees(const Workspace& workspace, const DatasetManifest& dataset) {
  DigestSet trees;
  try {
    for (const DatasetVersion& version : dataset_history(workspace, dataset.name)) {
      if (version.manifest && version.manifest->tree != dataset.tree) trees.insert(version.manifest->tree);
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;  // it was never committed
  }
  return trees;
}

}  // namespace

DataUsage measure_datasets(const Workspace& workspace, const std::vector<std::string>& names, History history) {
  std::set<std::string> wanted;
  for (const DatasetManifest& dataset : select_datasets(workspace, names)) wanted.insert(dataset.name);
  std::unordered_map<Digest, unsigned, DigestHash> users;
  DataUsage usage;
  std::vector<Content> contents;
  for (DatasetManifest& dataset : load_datasets(workspace)) {
    Content content = content_of(workspace, {dataset.tree});
    for (const auto& [id, size] : content.objects) ++users[id];
    if (!wanted.contains(dataset.name)) continue;
    usage.datasets.push_back({.manifest = std::move(dataset), .bytes = {}, .absent = content.absent});
    contents.push_back(std::move(content));
  }
  DigestSet counted;
  const auto add = [&](const Digest& id, std::uint64_t size, std::uint64_t StoredBytes::*part, StoredBytes& one) {
    one.*part += size;
    if (counted.insert(id)) usage.total.*part += size;
  };
  for (std::size_t i = 0; i < contents.size(); ++i) {
    StoredBytes& bytes = usage.datasets[i].bytes;
    for (const auto& [id, size] : contents[i].objects) {
      const bool shared = users.at(id) > 1;
      bytes.shared += shared ? size : 0;
      if (shared && !counted.contains(id)) usage.total.shared += size;
      add(id, size, &StoredBytes::stored, bytes);
    }
  }
  if (history == History::skip) return usage;
  for (DatasetUsage& dataset : usage.datasets) {
    const DigestSet older = older_trees(workspace, dataset.manifest);
    dataset.versions = older.size() + 1;
    for (const auto& [id, size] : content_of(workspace, older).objects) {
      if (!users.contains(id)) add(id, size, &StoredBytes::old, dataset.bytes);
    }
  }
  return usage;
}

}  // namespace mlo

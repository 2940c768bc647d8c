#include "lib/manifest/dataset.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/hooks.hpp"

namespace mlo {
namespace {

constexpr std::string_view kDatasets = ".mlo/data";

/// The manifests among the entries of an index or a tree; one that does not parse is reported, not thrown.
std::map<std::string, DatasetManifest> read_manifests(const Workspace& workspace,
                                                      const std::map<std::string, git::ObjectId>& blobs,
                                                      std::vector<CommitProblem>* problems) {
  std::map<std::string, DatasetManifest> manifests;
  for (const auto& [path, blob] : blobs) {
    if (!path.ends_with(".yaml")) continue;
    try {
      manifests.emplace(path, parse_dataset(workspace.repo().load_blob(blob), path));
    } catch (const Error& error) {
      if (problems != nullptr) problems->push_back({path, "cannot be read: " + error.message(), error.hint()});
    }
  }
  return manifests;
}

/// Why an object needed by the manifest is missing; empty if all are there.
std::string find_missing(const ObjectStore& store, const DatasetManifest& manifest) {
  if (!store.has(manifest.tree)) return fmt::format("names `{}`, which is not in the store", manifest.tree.brief());
  if (!manifest.directory) return {};
  std::uint64_t missing = 0;
  std::string first;
  try {
    walk_tree(store, manifest.tree, [&](const std::string& path, const TreeEntry& entry) {
      if (entry.kind == TreeEntryKind::directory || store.has(entry.id)) return;
      if (missing++ == 0) first = path;
    });
  } catch (const Error& error) {
    return fmt::format("names a tree that is not whole: {}", error.message());
  }
  if (missing == 0) return {};
  return fmt::format("names {} not in the store, the first is `{}`", count_of(missing, "file"), printable(first));
}

}  // namespace

std::vector<CommitProblem> check_commit(const Workspace& workspace) {
  std::vector<CommitProblem> problems;
  const git::WorkTree tree = workspace.work_tree();
  const auto manifests = read_manifests(workspace, tree.indexed(std::string(kDatasets)), &problems);
  for (const std::string& path : tree.staged()) {
    if (const auto it = manifests.find(path); it != manifests.end()) {
      std::string missing = find_missing(workspace.store(), it->second);
      if (missing.empty()) continue;
      // What HEAD already says is not this commit's doing: a clone without the data may still edit the description.
      const auto head = workspace.repo().head();
      const auto old =
          head ? workspace.repo().find_entry(workspace.repo().load_commit(*head).tree, path) : std::nullopt;
      const auto before =
          old ? read_manifests(workspace, {{path, old->id}}, nullptr) : std::map<std::string, DatasetManifest>();
      if (!before.empty() && before.begin()->second.tree == it->second.tree) continue;
      problems.push_back(
          {path, std::move(missing), fmt::format("mlo version-data add {}", shell_quote(it->second.path))});
      continue;
    }
    for (const auto& [manifest_path, manifest] : manifests) {
      if (!lies_in(path, manifest.path)) continue;
      problems.push_back({path, fmt::format("belongs to dataset `{}`, which mlo versions, not git", manifest.name),
                          fmt::format("git rm --cached {}", shell_quote(path))});
    }
  }
  return problems;
}

}  // namespace mlo

#include "lib/data/follow.hpp"

#include "lib/data/checkout.hpp"
#include "lib/data/datasets.hpp"
#include "lib/util/error.hpp"

namespace mlo {

std::vector<DatasetManifest> changed_datasets(const Workspace& workspace, std::string_view before,
                                              std::string_view after) {
  const git::Repository& repo = workspace.repo();
  const auto tree_at = [&](std::string_view revision) -> std::optional<git::ObjectId> {
    const auto commit = revision.empty() ? std::nullopt : repo.find_commit(revision);
    return commit ? std::optional(repo.load_commit(*commit).tree) : std::nullopt;
  };
  const auto a = tree_at(before), b = tree_at(after);
  if (!a || !b) return load_datasets(workspace);
  const auto entry_of = [&](git::ObjectId tree, std::string_view path) {
    const auto entry = repo.find_entry(tree, path);
    return entry ? std::optional(entry->id) : std::nullopt;
  };
  if (entry_of(*a, ".mlo/data") == entry_of(*b, ".mlo/data")) return {};
  std::vector<DatasetManifest> changed = load_datasets(workspace);
  std::erase_if(changed, [&](const DatasetManifest& m) {
    return entry_of(*a, dataset_file(m.name)) == entry_of(*b, dataset_file(m.name));
  });
  return changed;
}

FollowReport follow_manifests(const Workspace& workspace, const std::vector<DatasetManifest>& datasets) {
  FollowReport report;
  for (const DatasetManifest& manifest : datasets) {
    try {
      if (check_out_dataset(workspace, manifest, Overwrite::saved_only, Execution::real).changed())
        report.checked_out.push_back(manifest);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::conflict) {
        workspace.world().log.warn(error.message());
        report.left_alone.push_back(manifest.name);
      } else if (error.kind() == ErrorKind::not_found) {
        report.absent.push_back(manifest.name);
      } else {
        throw;
      }
    }
  }
  return report;
}

}  // namespace mlo

#include "lib/sync/objects.hpp"

#include <functional>

#include "lib/data/datasets.hpp"
#include "lib/drift/baseline.hpp"
#include "lib/runs/run_store.hpp"

namespace mlo {

std::vector<Root> manifest_roots(const Workspace& workspace, const std::vector<std::string>& names) {
  std::vector<Root> roots;
  for (const DatasetManifest& dataset : select_datasets(workspace, names)) {
    roots.push_back({fmt::format("dataset `{}`", dataset.name), dataset.tree, dataset.directory, dataset.bytes});
  }
  if (!names.empty()) return roots;
  for (const drift::Baseline& baseline : drift::list_baselines(workspace)) {
    roots.push_back({fmt::format("baseline `{}`", baseline.model), baseline.tree, baseline.directory, 0});
  }
  return roots;
}

std::vector<Root> run_roots(Workspace& workspace) {
  std::vector<Root> roots;
  RunStore runs(workspace);
  const auto add = [&](const RunRecord& record) {
    const std::string owner = fmt::format("run {}", record.name.empty() ? record.id : record.name);
    for (const auto* list : {&record.outputs, &record.artifacts}) {
      for (const Artifact& artifact : *list) {
        if (artifact.cached) roots.push_back({owner, artifact.id, artifact.directory, artifact.bytes});
      }
    }
    for (const auto& id : {record.series, record.log}) {
      if (id) roots.push_back({owner, *id, false, 0});
    }
  };
  const auto stages = runs.all_stages();
  for (const Run& run : runs.all()) {
    add(run.record);
    if (const auto own = stages.find(run.record.id); own != stages.end())
      std::for_each(own->second.begin(), own->second.end(), add);
  }
  return roots;
}

ObjectSet objects_below(const ObjectStore& store, const std::vector<Root>& roots, const DigestSet& except) {
  ObjectSet set;
  DigestSet seen = except;
  const std::function<void(const TreeEntry&, const Owner&)> visit = [&](const TreeEntry& entry, const Owner& owner) {
    if (!seen.insert(entry.id)) return;
    if (entry.kind != TreeEntryKind::directory) {
      set.files.push_back({entry.id, entry.size, owner});
      return;
    }
    if (store.has(entry.id)) {
      for (const TreeEntry& child : store.get_tree(entry.id)) visit(child, owner);
    }
    set.trees.push_back({entry.id, 0, owner});
  };
  for (const Root& root : roots) {
    visit({root.directory ? TreeEntryKind::directory : TreeEntryKind::file, root.size, root.id, ""}, root.owner);
  }
  return set;
}

DigestSet ids_of(const ObjectSet& set) {
  DigestSet ids;
  for (const auto* objects : {&set.files, &set.trees}) {
    for (const ObjectRef& object : *objects) ids.insert(object.id);
  }
  return ids;
}

bool are_here(const ObjectStore& store, const std::vector<Root>& roots) {
  const ObjectSet set = objects_below(store, roots);
  const auto here = [&](const ObjectRef& object) { return store.has(object.id); };
  return std::all_of(set.trees.begin(), set.trees.end(), here) && std::all_of(set.files.begin(), set.files.end(), here);
}

}  // namespace mlo

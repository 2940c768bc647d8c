#include "lib/codec/reader.hpp"
#include "lib/data/datasets.hpp"
#include "lib/lineage/lineage.hpp"
#include "lib/registry/versions.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

LineageHistory load_history(Workspace& workspace, RunStore& runs) {
  LineageHistory history;
  history.runs = runs.all();
  history.stages = runs.all_stages();
  for (const DatasetManifest& dataset : load_datasets(workspace)) {
    std::map<Digest, DatasetFact> versions;
    versions[dataset.tree] = {dataset, ""};
    for (const DatasetVersion& version : dataset_history(workspace, dataset.name)) {
      if (version.manifest)
        versions[version.manifest->tree] = {*version.manifest, version.commit.hex()};  // the oldest stays
    }
    for (auto& [id, fact] : versions) history.datasets.push_back(std::move(fact));
  }
  for (const std::string& name : model_names(workspace)) {
    const std::vector<Assignment> stages = assignments(workspace, name);
    for (VersionTag& tag : version_tags(workspace, name)) {
      if (!tag.registered) continue;
      ModelFact fact{std::move(tag.registered->manifest), {}};
      for (const Assignment& a : stages) {
        if (current_holder(stages, a.stage) == &a && a.version->commit == tag.registered->commit)
          fact.stages.push_back(a.stage);
      }
      history.models.push_back(std::move(fact));
    }
  }
  history.find_in_tree = [&store = workspace.store()](const Digest& tree, const std::string& path) {
    const auto entry = find_in_tree(store, tree, path);
    return entry ? std::optional(entry->id) : std::nullopt;
  };
  return history;
}

/// True if there is, or ever was, such a dataset.
bool was_dataset(const Workspace& workspace, const std::string& name) {
  try {
    return !dataset_history(workspace, name).empty();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    return false;
  }
}

[[noreturn]] void throw_unknown(const Workspace& workspace, std::string_view name, std::string_view kinds,
                                std::string hint) {
  std::vector<std::string> names = model_names(workspace);
  for (const DatasetManifest& dataset : load_datasets(workspace)) names.push_back(dataset.name);
  const std::string near = nearest(name, names);
  if (!near.empty()) hint = fmt::format("did you mean `{}`?", near);
  throw Error(ErrorKind::not_found, fmt::format("no {} named `{}`", kinds, printable(name))).hint(std::move(hint));
}

/// The node a typed name means, made if history has not met it.
std::string resolve_root(Workspace& workspace, RunStore& runs, std::string_view name, LineageHistory& history) {
  const auto [dataset, version] = split_dataset_spec(name);
  const bool is_dataset = find_dataset(workspace, dataset).has_value();
  if (!is_dataset && !version_tags(workspace, dataset).empty()) {
    const ModelManifest m = resolve_model(workspace, name).manifest;
    return fmt::format("model:{}@{}", m.name, m.version);
  }
  constexpr const char* kLists = "list them with `mlo version-data status`, `mlo register list` and `mlo track list`";
  if (version && !is_dataset && !was_dataset(workspace, dataset))
    throw_unknown(workspace, dataset, "dataset or model", kLists);
  if (version || is_dataset) {
    const DatasetManifest manifest = resolve_dataset(workspace, name);
    const bool known = std::any_of(history.datasets.begin(), history.datasets.end(), [&](const DatasetFact& fact) {
      return fact.manifest.name == manifest.name && fact.manifest.tree == manifest.tree;
    });
    if (!known) history.datasets.push_back({manifest, ""});
    return fmt::format("dataset:{}@{}", manifest.name, manifest.tree.str());
  }
  try {
    return "run:" + runs.find(name).record.id;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    throw_unknown(workspace, name, "dataset, model or run",
                  error.hint().starts_with("did you mean") ? error.hint() : kLists);
  }
}

}  // namespace

Lineage load_lineage(Workspace& workspace, std::string_view name) {
  RunStore runs(workspace);
  LineageHistory history = load_history(workspace, runs);
  std::string root = resolve_root(workspace, runs, name, history);
  Lineage whole{std::move(root), build_lineage(history)};
  if (!whole.graph.nodes.contains(whole.root)) {  // found by id, but not among the runs listed
    throw Error(ErrorKind::not_found, fmt::format("no finished run named `{}`", printable(name)))
        .hint("a run that still runs, or was deleted, has no lineage yet; see `mlo track show`");
  }
  return whole;
}

}  // namespace mlo

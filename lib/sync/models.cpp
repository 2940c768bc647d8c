#include "lib/sync/models.hpp"

#include "lib/data/datasets.hpp"
#include "lib/registry/versions.hpp"

namespace mlo {

SyncNames split_names(const Workspace& workspace, const std::vector<std::string>& names) {
  SyncNames out;
  for (const std::string& name : names) {
    const std::string bare = split_dataset_spec(name).first;
    const bool model = !find_dataset(workspace, bare) && !version_tags(workspace, bare).empty();
    (model ? out.models : out.datasets).push_back(name);
  }
  return out;
}

std::vector<Root> model_roots(const Workspace& workspace, const std::vector<std::string>& specs) {
  std::vector<Root> roots;
  const auto add = [&](const ModelManifest& m) {
    roots.push_back({fmt::format("model `{}@v{}`", m.name, m.version), m.model.id, m.model.directory, m.model.bytes});
  };
  for (const std::string& spec : specs) add(resolve_model(workspace, spec).manifest);
  if (!specs.empty()) return roots;
  for (const std::string& name : model_names(workspace)) {
    for (const VersionTag& tag : version_tags(workspace, name)) {
      if (tag.registered && !tag.removed) add(tag.registered->manifest);
    }
  }
  return roots;
}

}  // namespace mlo

#include "lib/pipeline/dataset_index.hpp"

namespace mlo {
namespace {

void read_manifests(const Workspace& workspace, const fs::path& dir, std::vector<DatasetManifest>& out) {
  const auto stat = find_stat(dir);
  if (!stat || stat->kind != FileKind::directory) return;
  for (const DirEntry& entry : list_dir(dir)) {
    const fs::path path = dir / entry.name;
    if (entry.kind == FileKind::directory) read_manifests(workspace, path, out);
    if (entry.kind != FileKind::file || path.extension() != ".yaml") continue;
    const std::string source = relative_to(workspace.root(), path).value_or(path.string());
    out.push_back(parse_dataset(read_file(path), source));
  }
}

bool overlaps(std::string_view a, std::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  return b.starts_with(a) && (b.size() == a.size() || b[a.size()] == '/');
}

}  // namespace

DatasetIndex::DatasetIndex(const Workspace& workspace) {
  read_manifests(workspace, workspace.mlo_dir() / "data", datasets_);
}

std::map<std::string, std::string> DatasetIndex::of(const std::vector<Artifact>& inputs) const {
  std::map<std::string, std::string> out;
  for (const DatasetManifest& dataset : datasets_) {
    for (const Artifact& input : inputs) {
      if (overlaps(dataset.path, input.path)) out[dataset.name] = dataset.tree.str();
    }
  }
  return out;
}

}  // namespace mlo

#include "lib/sync/commit_roots.hpp"

#include "lib/drift/baseline.hpp"
#include "lib/manifest/model.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kDatasets = ".mlo/data/", kModels = ".mlo/models/", kBaselines = ".mlo/baselines/";

/// What one manifest names; nothing for one that does not parse.
std::optional<Root> root_of(const std::string& path, const std::string& text) {
  try {
    if (path.starts_with(kDatasets)) {
      const DatasetManifest m = parse_dataset(text, path);
      return Root{fmt::format("dataset `{}`", m.name), m.tree, m.directory, m.bytes};
    }
    if (path.starts_with(kModels)) {
      const ModelManifest m = parse_model(text, path);
      return Root{fmt::format("model `{}@v{}`", m.name, m.version), m.model.id, m.model.directory, m.model.bytes};
    }
    const drift::Baseline m = drift::parse_baseline(text, path);
    return Root{fmt::format("baseline `{}`", m.model), m.tree, m.directory, 0};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::invalid && error.kind() != ErrorKind::config) throw;
    return std::nullopt;
  }
}

}  // namespace

std::vector<Root> roots_of_commits(const Workspace& workspace, const std::vector<std::string>& revisions) {
  std::vector<std::string> args = {"rev-list", "--objects", "--in-commit-order", "--full-history"};
  args.insert(args.end(), revisions.begin(), revisions.end());
  args.insert(args.end(), {"--", std::string(kDatasets), std::string(kModels), std::string(kBaselines)});
  std::vector<Root> roots;
  const std::string listed = workspace.work_tree().run(args);
  for (const std::string_view line : split_lines(listed)) {
    const std::size_t space = line.find(' ');
    const auto id = git::ObjectId::parse(line.substr(0, space));
    const std::string path(space == std::string_view::npos ? "" : line.substr(space + 1));
    const bool known = path.starts_with(kDatasets) || path.starts_with(kModels) || path.starts_with(kBaselines);
    if (!id || !known || !path.ends_with(".yaml")) continue;
    if (auto root = root_of(path, workspace.repo().load_blob(*id))) roots.push_back(std::move(*root));
  }
  return roots;
}

std::vector<Root> roots_of_history(const Workspace& workspace) {
  return roots_of_commits(workspace, {"--branches", "--tags", "--remotes"});
}

}  // namespace mlo

#include "lib/data/add.hpp"

#include <set>

#include "lib/data/compare.hpp"
#include "lib/data/contents.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/table_schema.hpp"
#include "lib/data/validation.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/git_ignore.hpp"

namespace mlo {
namespace {

/// What describes the data and the work on it stays in git.
void refuse_description(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  if (name == "mlo.yaml" || name == "mlo.lock" || name == "dvc.yaml" || name == "dvc.lock" || name == ".gitignore" ||
      name == ".mloignore") {
    throw Error(ErrorKind::invalid, fmt::format("cannot add `{}`: it belongs in git itself", path))
        .hint(fmt::format("git add {}", shell_quote(path)));
  }
}

/// The new version of one dataset, its content stored; description and the like stay as they were.
AddedDataset store_dataset(Workspace& workspace, StatCache& cache, const AddRequest& request, const std::string& path,
                           const std::vector<DatasetManifest>& existing) {
  if (path.empty())
    throw Error(ErrorKind::usage, "cannot add the whole repository").hint("name the directory that holds the data");
  AddedDataset added;
  DatasetManifest& manifest = added.manifest;
  manifest.name = choose_dataset_name(request.name, path, existing);
  for (const DatasetManifest& old : existing) {
    if (old.name != manifest.name) continue;
    manifest = old;
    added.previous = old.tree;
  }
  refuse_description(path);
  const auto stat = find_data(workspace, path);
  if (stat && stat->kind == FileKind::symlink) {
    throw Error(ErrorKind::invalid, fmt::format("cannot add `{}`: it is a symlink", path))
        .hint("add what it points at");
  }
  const DataContent content = store_content(workspace, cache, path);
  manifest.path = path;
  manifest.directory = content.is_directory();
  manifest.executable = content.entry.kind == TreeEntryKind::executable;
  manifest.tree = content.entry.id;
  manifest.bytes = content.entry.size;
  manifest.files = content.files;
  if (added.changed())
    manifest.schema =
        manifest.directory ? std::vector<SchemaColumn>() : find_schema(workspace.world(), workspace.root() / path);
  if (added.changed()) manifest.origin.reset();  // it is not what was imported any more
  if (request.source) manifest.source = request.source;
  if (request.suite) manifest.suite = request.suite;
  return added;
}

validate::ValidationReport judge(Workspace& workspace, const DatasetManifest& dataset) {
  constexpr std::size_t kSample = 5;
  const std::string suite = dataset.suite ? *dataset.suite : suite_of(workspace, dataset);
  return validate_source(workspace.world(), &workspace, workspace.root(),
                         dataset_source(workspace, dataset.path, dataset), load_suite(workspace.root() / suite, suite),
                         kSample);
}

}  // namespace

bool AddReport::refused() const {
  return std::any_of(validations.begin(), validations.end(), [](const auto& report) { return !report.success(); });
}

std::string data_commit_message(const std::optional<std::string>& message, std::string_view fallback,
                                const std::vector<DatasetManifest>& datasets) {
  std::string text = message ? *message : std::string(fallback);
  while (text.ends_with('\n')) text.pop_back();
  text += "\n\n";
  for (const DatasetManifest& dataset : datasets)
    text += fmt::format("Mlo-Data: {} {}\n", dataset.name, dataset.tree.str());
  return text;
}

std::optional<std::string> commit_if_changed(const Workspace& workspace, const std::vector<std::string>& paths,
                                             const std::string& message) {
  const git::WorkTree tree = workspace.work_tree();
  std::vector<std::string> args = {"status", "--porcelain", "--untracked-files=no", "--"};
  args.insert(args.end(), paths.begin(), paths.end());
  if (tree.run(args).empty()) return std::nullopt;
  return tree.commit_only(paths, message).hex();
}

namespace {

AddReport add_unlinked(Workspace& workspace, const AddRequest& request, StatCache& cache) {
  if (request.name && request.paths.size() != 1) {
    throw Error(ErrorKind::usage, "--name goes with one path").hint("add each path by itself");
  }
  if (request.suite) load_suite(workspace.root() / *request.suite, *request.suite);
  const bool commit = request.commit || workspace.config().autocommit;
  const git::WorkTree tree = workspace.work_tree();
  if (commit) tree.require_quiet();
  std::vector<DatasetManifest> existing = load_datasets(workspace);
  AddReport report;
  for (const std::string& path : std::set<std::string>(request.paths.begin(), request.paths.end())) {
    report.datasets.push_back(store_dataset(workspace, cache, request, path, existing));
    const DatasetManifest& fresh = report.datasets.back().manifest;
    std::erase_if(existing, [&](const DatasetManifest& old) { return old.name == fresh.name; });
    existing.push_back(fresh);
  }
  cache.save(workspace.world().clock.now());
  std::sort(report.datasets.begin(), report.datasets.end(),
            [](const auto& a, const auto& b) { return a.manifest.name < b.manifest.name; });
  for (std::size_t i = 0; request.validate && i < report.datasets.size(); ++i)
    report.validations.push_back(judge(workspace, report.datasets[i].manifest));
  if (report.refused()) {
    report.datasets.clear();
    return report;
  }

  const LockFile lock = workspace.lock_manifests("mlo version-data add");
  std::vector<std::string> written, paths;
  std::vector<DatasetManifest> manifests;
  for (AddedDataset& dataset : report.datasets) {
    const std::string file = dataset_file(dataset.manifest.name);
    const std::string text = emit_dataset(dataset.manifest);
    if (find_file(workspace.root() / file) != text) write_file(workspace.root() / file, text);
    written.push_back(file);
    paths.push_back(dataset.manifest.path);
    manifests.push_back(dataset.manifest);
    dataset.untracked = tree.tracked(dataset.manifest.path);
  }
  ensure_ignored(workspace.root(), paths);
  // Staged even if they were right already: an earlier command may have been cut off before it came to this.
  for (const std::string& path : paths) written.push_back(ignore_file(path));
  if (std::any_of(report.datasets.begin(), report.datasets.end(),
                  [](const AddedDataset& d) { return !d.untracked.empty(); }))
    tree.untrack(paths);
  tree.stage(written);
  if (!commit) return report;
  for (const AddedDataset& dataset : report.datasets)
    written.insert(written.end(), dataset.untracked.begin(), dataset.untracked.end());
  std::sort(written.begin(), written.end());
  written.erase(std::unique(written.begin(), written.end()), written.end());
  std::vector<std::string> names;
  for (const DatasetManifest& manifest : manifests) names.push_back(manifest.name);
  report.commit = commit_if_changed(workspace, written,
                                    data_commit_message(request.message, "data: add " + join(names, ", "), manifests));
  return report;
}

}  // namespace

AddReport add_datasets(Workspace& workspace, const AddRequest& request) {
  StatCache cache = workspace.stat_cache();
  AddReport report = add_unlinked(workspace, request, cache);
  if (workspace.config().link != LinkType::hardlink) return report;
  for (AddedDataset& dataset : report.datasets) dataset.links = link_files(workspace, cache, dataset.manifest);
  cache.save(workspace.world().clock.now());
  return report;
}

}  // namespace mlo

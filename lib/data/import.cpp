#include "lib/data/import.hpp"

#include "lib/data/add.hpp"
#include "lib/data/compare.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/fetch_url.hpp"
#include "lib/data/table_schema.hpp"
#include "lib/net/url.hpp"
#include "lib/store/staging.hpp"
#include "lib/util/error.hpp"
#include "lib/util/secrets.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/git_ignore.hpp"

namespace mlo {
namespace {

/// What an origin has now, in the store.
struct Brought {
  TreeEntry entry;
  DataOrigin origin;
  std::string name;  ///< that its place gets by default
};

Brought bring_from_repository(const Workspace& workspace, const DataOrigin& asked) {
  const World& world = workspace.world();
  const DataSpec spec{asked.dataset, asked.revision, asked.path};
  make_dirs(workspace.local() / "tmp");
  const StagingDir staging(workspace.local() / "tmp");
  std::optional<git::ObjectId> commit;
  OtherRepository other(world, asked.repo, staging.path() / "repo", [&](const std::string& url, const fs::path& into) {
    commit = fetch_dataset_manifest(world, url, asked.revision.value_or(""), asked.dataset, into);
  });
  const std::string revision = asked.revision.value_or("HEAD");
  if (!commit) commit = other.workspace().repo().find_commit(revision);
  const auto manifest =
      commit ? find_dataset_at(other.workspace(), asked.dataset, commit->hex()) : std::optional<DatasetManifest>();
  if (!manifest)
    throw Error(ErrorKind::not_found,
                fmt::format("`{}` has no {} `{}`", printable(asked.repo), commit ? "dataset" : "revision",
                            printable(commit ? asked.dataset : revision)));
  ContentSource source(world, other, workspace.store(), spec.str());
  Brought brought{source.find(*manifest, asked.path), asked, ""};
  source.bring(brought.entry);
  brought.origin.commit = commit->hex();
  brought.name = fs::path(asked.path.empty() ? manifest->path : asked.path).filename().string();
  return brought;
}

/// Nothing if the server says that it is still what it was.
std::optional<Brought> bring_from_url(const Workspace& workspace, const std::string& url, const DataOrigin* known,
                                      const std::optional<Digest>& expected) {
  auto fetched = fetch_url(workspace, url, known, expected);
  if (!fetched) return std::nullopt;
  std::string path = url.substr(0, url.find('?'));
  if (fetched->entry.kind == TreeEntryKind::directory) path.erase(path.find_last_not_of('/') + 1);
  const std::size_t host = path.find("://") + 3;
  const std::size_t slash = path.rfind('/');
  return Brought{fetched->entry, fetched->origin, slash < host ? "" : path.substr(slash + 1)};
}

std::uint64_t count_files(const ObjectStore& store, const TreeEntry& top) {
  if (top.kind != TreeEntryKind::directory) return 1;
  std::uint64_t files = 0;
  walk_tree(store, top.id, [&](const std::string& path, const TreeEntry& entry) {
    if (entry.kind == TreeEntryKind::directory) return;
    ++files;
    if (entry.kind == TreeEntryKind::symlink && !is_inner_link(path, store.get(entry.id)))
      throw Error(ErrorKind::invalid, fmt::format("there is a symlink `{}` that leads out of it", printable(path)))
          .hint("import all of the dataset, or do not trust where it came from");
  });
  return files;
}

void describe(const Workspace& workspace, const Brought& brought, DatasetManifest& manifest) {
  manifest.directory = brought.entry.kind == TreeEntryKind::directory;
  manifest.executable = brought.entry.kind == TreeEntryKind::executable;
  manifest.tree = brought.entry.id;
  manifest.bytes = brought.entry.size;
  manifest.files = count_files(workspace.store(), brought.entry);
  manifest.origin = brought.origin;
}

/// What stands where a new dataset is going to be: only itself may.
void require_free(const Workspace& workspace, const DatasetManifest& manifest, Overwrite overwrite) {
  if (!workspace.work_tree().tracked(manifest.path).empty()) {
    throw Error(ErrorKind::conflict, fmt::format("git tracks `{}`", manifest.path))
        .hint(fmt::format("choose another place with --output, or first: git rm -r --cached {}",
                          shell_quote(manifest.path)));
  }
  if (overwrite == Overwrite::anything || !find_data(workspace, manifest.path)) return;
  StatCache cache = workspace.stat_cache();
  if (compare_with_work(workspace, cache, manifest).differences.empty()) return;
  throw Error(ErrorKind::conflict, fmt::format("`{}` is there", manifest.path))
      .hint("choose another place with --output, or replace what is there with --force");
}

/// The data of all first, then their manifests.
void adopt(Workspace& workspace, ImportReport& report, Overwrite overwrite) {
  for (ImportedDataset& dataset : report.datasets) {
    DatasetManifest& manifest = dataset.manifest;
    if (!dataset.changed()) continue;
    check_out_dataset(workspace, manifest, overwrite, Execution::real);
    manifest.schema = manifest.directory ? std::vector<SchemaColumn>()
                                         : find_schema(workspace.world(), workspace.root() / manifest.path);
  }
  // Also what did not change: an earlier command may have been cut off before it was staged.
  for (const ImportedDataset& dataset : report.datasets) adopt_version(workspace, dataset.manifest);
}

void commit(Workspace& workspace, ImportReport& report, const std::optional<std::string>& message,
            std::string_view verb) {
  std::vector<std::string> paths, names;
  std::vector<DatasetManifest> manifests;
  for (const ImportedDataset& dataset : report.datasets) {
    paths.insert(paths.end(), {dataset_file(dataset.manifest.name), ignore_file(dataset.manifest.path)});
    names.push_back(dataset.manifest.name);
    manifests.push_back(dataset.manifest);
  }
  if (paths.empty()) return;
  report.commit = commit_if_changed(
      workspace, paths, data_commit_message(message, fmt::format("data: {} {}", verb, join(names, ", ")), manifests));
}

DataOrigin asked_origin(const Workspace& workspace, const ImportRequest& request) {
  if (request.spec.version && request.spec.version->starts_with("sha256:"))
    throw Error(ErrorKind::usage, fmt::format("`{}` names no revision that could be followed", request.spec.str()))
        .hint("name a branch, tag or commit");
  const std::size_t host = request.repo.find("://");
  const std::string authority =
      host == std::string::npos ? "" : request.repo.substr(host + 3, request.repo.find('/', host + 3) - host - 3);
  const bool password = authority.find(':') < authority.find('@') && authority.find('@') != std::string::npos;
  if (password || text_without_secrets(request.repo, TextKind::plain) != request.repo)
    throw Error(ErrorKind::usage, "the URL holds a password, which would be committed")
        .hint("let git's credential helper know it");
  return {.repo = repository_url(workspace.world(), request.repo),
          .dataset = request.spec.name,
          .path = request.spec.path,
          .revision = request.spec.version};
}

/// Of an imported dataset what its origin has now; nothing if that is what it was.
std::optional<Brought> bring_newest(const Workspace& workspace, const DatasetManifest& manifest,
                                    const UpdateRequest& request) {
  DataOrigin asked = *manifest.origin;
  if (!asked.url.empty()) {
    if (request.revision)
      throw Error(ErrorKind::usage, fmt::format("`{}` came from a URL, which has no revisions", manifest.name))
          .hint("leave --rev out");
    return bring_from_url(workspace, asked.url, &*manifest.origin, std::nullopt);
  }
  if (request.revision) asked.revision = request.revision;
  return bring_from_repository(workspace, asked);
}

}  // namespace

ImportReport import_dataset(Workspace& workspace, const ImportRequest& request) {
  const bool make_commit = request.commit || workspace.config().autocommit;
  if (make_commit) workspace.work_tree().require_quiet();
  const std::vector<DatasetManifest> existing = load_datasets(workspace);
  // What can be known to fail without the network.
  if (request.path && !request.into) static_cast<void>(choose_dataset_name(request.name, *request.path, existing));
  const Brought brought = request.url.empty() ? bring_from_repository(workspace, asked_origin(workspace, request))
                                              : *bring_from_url(workspace, request.url, nullptr, request.expected);
  std::string path;
  if (request.path && !request.into) {
    path = *request.path;
  } else if (!brought.name.empty()) {
    path = request.into ? child_path(request.path.value_or(""), brought.name) : workspace.to_repo_path(brought.name);
  }
  if (path.empty())
    throw Error(ErrorKind::usage, "it is not clear where the data should lie").hint("say it with --output PATH");
  ImportedDataset imported;
  DatasetManifest& manifest = imported.manifest;
  manifest.name = choose_dataset_name(request.name, path, existing);
  for (const DatasetManifest& old : existing) {
    if (old.name != manifest.name) continue;
    imported.previous = old;
    manifest = old;
  }
  manifest.path = path;
  describe(workspace, brought, manifest);
  if (imported.previous && imported.changed() && request.overwrite == Overwrite::saved_only)
    throw Error(ErrorKind::conflict, fmt::format("`{}` is already the dataset `{}`", path, manifest.name))
        .hint("bring it up to date with `mlo version-data update`, or replace it with --force");
  if (!imported.previous) require_free(workspace, manifest, request.overwrite);
  ImportReport report{.datasets = {imported}};
  adopt(workspace, report, request.overwrite);
  if (make_commit) commit(workspace, report, request.message, "import");
  return report;
}

ImportReport update_datasets(Workspace& workspace, const UpdateRequest& request) {
  const bool make_commit = request.commit || workspace.config().autocommit;
  if (make_commit) workspace.work_tree().require_quiet();
  ImportReport report;
  for (const std::string& name : request.names) static_cast<void>(load_dataset(workspace, name));
  for (const DatasetManifest& old : select_datasets(workspace, request.names)) {
    if (!old.origin) {
      if (request.names.empty()) continue;
      throw Error(ErrorKind::invalid,
                  fmt::format("`{}` was not imported, so nothing says where a newer one is", old.name))
          .hint("make its next version with `mlo version-data add`");
    }
    ImportedDataset dataset{old, old};
    if (const auto brought = bring_newest(workspace, old, request)) describe(workspace, *brought, dataset.manifest);
    report.datasets.push_back(std::move(dataset));
  }
  if (request.overwrite == Overwrite::saved_only) {
    for (const ImportedDataset& dataset : report.datasets) {
      if (dataset.changed()) check_out_dataset(workspace, dataset.manifest, Overwrite::saved_only, Execution::dry_run);
    }
  }
  adopt(workspace, report, request.overwrite);
  if (make_commit) commit(workspace, report, request.message, "update");
  return report;
}

}  // namespace mlo

#include <map>
#include <set>

#include "lib/data/add.hpp"
#include "lib/data/compare.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/ignore.hpp"
#include "lib/manifest/names.hpp"
#include "lib/migrate/adopt.hpp"
#include "lib/migrate/dvc_content.hpp"
#include "lib/migrate/migrate.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kSuffix = ".dvc";
constexpr std::uint64_t kFileLimit = 16U << 20U;
constexpr std::string_view kDvcIgnore = ".dvcignore", kMloIgnore = ".mloignore";
constexpr std::uint64_t kIgnoreLimit = 1U << 20U;

bool is_dvc_file(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.ends_with(kSuffix) && name.size() > kSuffix.size() && !path.starts_with(".dvc/");
}

/// Whether a path that was asked for means the output: it, a directory around it, or its `.dvc` file.
bool means(const std::string& asked, const dvc::Out& out) { return asked == out.file || lies_in(out.path, asked); }

bool is_chosen(const MigrateRequest& request, const dvc::Out& out) {
  return request.paths.empty() || std::any_of(request.paths.begin(), request.paths.end(),
                                              [&](const std::string& asked) { return means(asked, out); });
}

void require_all(const MigrateRequest& request, const std::set<std::string>& found) {
  for (const std::string& path : request.paths) {
    if (!found.contains(path))
      throw Error(ErrorKind::not_found, fmt::format("no `.dvc` file here tracks `{}`", printable(path)))
          .hint("see what there is: mlo version-data import --from dvc --dry-run");
  }
}

[[noreturn]] void throw_missing(const dvc::Content& content, const std::vector<dvc::Missing>& missing) {
  const auto unreadable = content.unreadable_remotes();
  throw Error(ErrorKind::not_found,
              fmt::format("{} neither in DVC's cache nor on its remotes, the first is `{}` (md5 {}){}",
                          count_of(missing.size(), "file is", "files are"), printable(missing.front().path),
                          missing.front().md5,
                          unreadable.empty() ? "" : "; mlo cannot read the remote " + join(unreadable, ", ")))
      .hint("nothing was imported; fetch what lacks with `dvc pull`, and repeat");
}

DatasetManifest to_manifest(const Workspace& workspace, const dvc::Out& out, const TreeEntry& top) {
  DatasetManifest m = manifest_for(workspace, out.path, top);
  m.description = out.description;
  m.source = out.source;
  m.origin = out.origin;
  return m;
}

/// The `.dvc` files of git trees; each tree is read once however many commits share it.
class DvcFilesAt {
 public:
  explicit DvcFilesAt(const git::Repository& repo) : repo_(repo) {}
  const std::map<std::string, git::ObjectId>& below(git::ObjectId tree) {
    if (const auto it = known_.find(tree.hex()); it != known_.end()) return it->second;
    std::map<std::string, git::ObjectId> found;
    for (const git::TreeEntry& entry : repo_.load_tree(tree)) {
      if (entry.kind == git::EntryKind::file && is_dvc_file(entry.name)) found.emplace(entry.name, entry.id);
      if (entry.kind != git::EntryKind::directory) continue;
      for (const auto& [path, id] : below(entry.id)) found.emplace(entry.name + "/" + path, id);
    }
    return known_.emplace(tree.hex(), std::move(found)).first->second;
  }

 private:
  const git::Repository& repo_;
  std::map<std::string, std::map<std::string, git::ObjectId>> known_;
};

MigratedHistory import_history(Workspace& workspace, const MigrateRequest& request, dvc::Content& content) {
  DvcFilesAt files(workspace.repo());
  std::map<std::string, std::optional<TreeEntry>> brought;
  std::vector<std::string> left_out;
  const auto bring = [&](const dvc::Out& out, const git::Commit& commit) {
    const std::string key = fmt::format("{}\n{}\n{}", out.path, out.md5, out.directory);
    if (const auto it = brought.find(key); it != brought.end()) return it->second;
    std::vector<dvc::Missing> missing;
    auto top = content.bring(out, missing);
    if (!top)
      left_out.push_back(fmt::format("`{}` of {}: {} nowhere, the first is `{}`", printable(out.path),
                                     commit.id.hex().substr(0, 10), count_of(missing.size(), "file is", "files are"),
                                     printable(missing.front().path)));
    return brought.emplace(key, std::move(top)).first->second;
  };
  MigratedHistory history = write_history(workspace, "dvc", [&](const git::Commit& commit) {
    std::map<std::string, DatasetManifest> datasets;
    for (const auto& [path, blob] : files.below(commit.tree)) {
      dvc::ParsedFile parsed;
      try {
        parsed = dvc::parse_dvc_file(workspace.repo().load_blob(blob), path);
      } catch (const Error& error) {
        left_out.push_back(fmt::format("{} of {}: {}", path, commit.id.hex().substr(0, 10), error.message()));
        continue;
      }
      for (const dvc::Out& out : parsed.outs) {
        const std::string name = dataset_name_from_path(out.path);
        if (!is_chosen(request, out) || !is_dataset_name(name)) continue;
        const auto top = bring(out, commit);
        if (!top) continue;
        DatasetManifest m = to_manifest(workspace, out, *top);
        m.name = name;
        datasets.emplace(name, std::move(m));
      }
    }
    std::vector<DatasetManifest> out;
    for (auto& [name, m] : datasets) out.push_back(std::move(m));
    return out;
  });
  history.left_out = std::move(left_out);
  return history;
}

/// Only what git can bring back may go.
void require_committed(const Workspace& workspace, const std::vector<std::string>& files) {
  const std::vector<std::string> dirty = workspace.work_tree().dirty();
  for (const std::string& file : files) {
    if (!std::binary_search(dirty.begin(), dirty.end(), file)) continue;
    throw Error(ErrorKind::conflict, fmt::format("`{}` is in no commit as it is, so nothing could bring it back", file))
        .hint("commit it first, or leave --remove-dvc out");
  }
}

/// Each `.dvcignore` that has no `.mloignore` beside it yet, or the same: the grammar is the same.
std::vector<std::string> find_ignores(const Workspace& workspace, std::vector<std::string>& skipped) {
  std::vector<std::string> found;
  for (const std::string& file : workspace.work_tree().files()) {
    const fs::path path = workspace.root() / file;
    if (path.filename() != kDvcIgnore || find_stat(path).value_or(FileStat{}).kind != FileKind::file) continue;
    const auto text = find_file(path, kIgnoreLimit), mine = find_file(path.parent_path() / kMloIgnore, kIgnoreLimit);
    if (!text || IgnoreRules::parse(*text).empty()) continue;
    if (!mine || *mine == *text)
      found.push_back(file);
    else
      skipped.push_back(fmt::format("`{}`: there is another `{}` beside it", file, kMloIgnore));
  }
  return found;
}

/// The new files, in the repository.
std::vector<std::string> take_over_ignores(const Workspace& workspace, const std::vector<std::string>& ignores) {
  std::vector<std::string> written;
  for (const std::string& file : ignores) {
    written.push_back((fs::path(file).parent_path() / kMloIgnore).string());
    const std::string text = read_file(workspace.root() / file, kIgnoreLimit);
    if (find_file(workspace.root() / written.back()) != text) write_file(workspace.root() / written.back(), text);
  }
  if (!written.empty()) workspace.work_tree().stage(written);
  return written;
}

}  // namespace

MigrateReport import_from_dvc(Workspace& workspace, const MigrateRequest& request) {
  const git::WorkTree git = workspace.work_tree();
  if (request.commit) git.require_quiet();
  if (!find_stat(workspace.root() / ".dvc"))
    throw Error(ErrorKind::not_found, "there is no `.dvc` directory in this repository")
        .hint("go to the repository that DVC works in");
  dvc::Content content(workspace);
  MigrateReport report;
  std::vector<dvc::Missing> missing;
  std::vector<std::string> files;
  std::set<std::string> found;  // of the paths that were asked for
  for (const std::string& file : git.files()) {
    if (!is_dvc_file(file) || find_stat(workspace.root() / file).value_or(FileStat{}).kind != FileKind::file) continue;
    const dvc::ParsedFile parsed = dvc::parse_dvc_file(read_file(workspace.root() / file, kFileLimit), file);
    if (request.paths.empty())
      report.skipped.insert(report.skipped.end(), parsed.skipped.begin(), parsed.skipped.end());
    bool whole = parsed.skipped.empty();
    for (const dvc::Out& out : parsed.outs) {
      for (const std::string& asked : request.paths) {
        if (means(asked, out)) found.insert(asked);
      }
      if (!is_chosen(request, out)) {
        whole = false;
        continue;
      }
      if (request.execution == Execution::dry_run) {
        MigratedDataset dataset{.manifest = {}, .from = file};
        dataset.manifest.path = out.path;
        dataset.manifest.directory = out.directory;
        report.datasets.push_back(std::move(dataset));
      } else if (const auto top = content.bring(out, missing)) {
        report.datasets.push_back({.manifest = to_manifest(workspace, out, *top), .from = file});
      }
    }
    if (whole && !parsed.outs.empty()) files.push_back(file);
  }
  if (!request.history) require_all(request, found);  // what is asked for may be of the past
  if (!missing.empty()) throw_missing(content, missing);
  if (request.remove) {
    require_committed(workspace, files);
    report.removed = files;
  }
  report.ignores = find_ignores(workspace, report.skipped);
  if (request.execution == Execution::dry_run) return report;
  name_datasets(workspace, report.datasets);
  if (request.history) report.history = import_history(workspace, request, content);
  const std::vector<std::string> ignores = take_over_ignores(workspace, report.ignores);
  // The manifests before what they replace goes.
  adopt_datasets(workspace, request, report, ignores, [&](const std::string& path) {
    const auto stat = find_stat(workspace.root() / path);
    return stat && stat->kind == FileKind::symlink &&
           content.is_in_cache(
               absolute_in((workspace.root() / path).parent_path(), read_link(workspace.root() / path)));
  });
  for (const std::string& file : report.removed) mlo::remove_file(workspace.root() / file);
  git.untrack(report.removed);
  if (report.commit && !report.removed.empty())
    report.commit = commit_if_changed(workspace, report.removed, "data: remove the .dvc files that were imported");
  return report;
}

}  // namespace mlo

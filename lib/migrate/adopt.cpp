#include "lib/migrate/adopt.hpp"

#include "lib/data/add.hpp"
#include "lib/data/compare.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/table_schema.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/git_ignore.hpp"

namespace mlo {
namespace {

/// Takes away links that stand for content which the store has now.
void remove_links(const Workspace& workspace, const std::string& path,
                  const std::function<bool(const std::string&)>& stands_for_it) {
  const auto stat = find_stat(workspace.root() / path);
  if (!stat) return;
  if (stat->kind == FileKind::symlink && stands_for_it(path)) mlo::remove_file(workspace.root() / path);
  if (stat->kind != FileKind::directory) return;
  for (const mlo::DirEntry& entry : list_dir(workspace.root() / path)) {
    if (entry.kind == FileKind::symlink || entry.kind == FileKind::directory)
      remove_links(workspace, child_path(path, entry.name), stands_for_it);
  }
}

/// Makes the disk have the data, unless the user changed it.
void complete_data(const Workspace& workspace, const DatasetManifest& manifest,
                   const std::function<bool(const std::string&)>& stands_for_it) {
  remove_links(workspace, manifest.path, stands_for_it);
  StatCache cache = workspace.stat_cache();
  WorkState state;
  try {
    state = compare_with_work(workspace, cache, manifest);
  } catch (const Error& error) {
    // Data of the user's that could not be versioned, such as a link out of it: theirs to settle.
    if (error.kind() != ErrorKind::invalid && error.kind() != ErrorKind::conflict) throw;
    return workspace.world().log.warn(error.message());
  }
  const bool ours = std::all_of(state.differences.begin(), state.differences.end(), [&](const Difference& d) {
    const bool same_directory = d.found && d.found->entry.kind == TreeEntryKind::directory && d.want &&
                                d.want->kind == TreeEntryKind::directory;
    return !d.found || same_directory || stands_for_it(child_path(manifest.path, d.path));
  });
  if (ours) check_out_dataset(workspace, manifest, Overwrite::anything, Execution::real);
}

std::string history_message(const git::Commit& commit) {
  std::string message = commit.message;
  while (message.ends_with('\n')) message.pop_back();
  return fmt::format("{}\n\nMlo-From: git-sha1:{}\n", message, commit.id.hex());
}

/// The commits that refs lead to, parents before children.
std::vector<git::Commit> all_commits(const git::Repository& repo, const std::vector<git::Ref>& refs) {
  std::vector<git::Commit> out;
  std::map<std::string, bool> seen;
  for (const git::Ref& ref : refs) {
    const auto tip = repo.find_commit(ref.name);
    std::vector<git::Commit> fresh;
    if (!tip) continue;
    repo.walk(*tip, [&](const git::Commit& commit) {
      if (seen.emplace(commit.id.hex(), true).second) fresh.push_back(commit);
      return true;
    });
    out.insert(out.end(), fresh.rbegin(), fresh.rend());
  }
  return out;
}

/// Writes copies of commits that hold manifests alone.
class HistoryWriter {
 public:
  HistoryWriter(git::Repository& repo) : repo_(repo) {}

  /// Parents first.
  void add(const git::Commit& commit, const std::vector<DatasetManifest>& datasets) {
    Copy copy;
    std::vector<git::TreeChange> files;
    for (const DatasetManifest& manifest : datasets) {
      const std::string text = emit_dataset(manifest);
      copy.state += text;
      files.push_back({dataset_file(manifest.name), repo_.write_blob(text)});
    }
    std::vector<git::ObjectId> parents;
    for (const git::ObjectId& parent : commit.parents) {
      const auto it = copies_.find(parent.hex());
      if (it == copies_.end() || !it->second.id) continue;
      if (std::find(parents.begin(), parents.end(), *it->second.id) == parents.end()) parents.push_back(*it->second.id);
      if (it->second.state == copy.state) copy.id = it->second.id;
    }
    const bool merges = parents.size() > 1;
    if (merges) copy.id.reset();
    if (!copy.id && (!datasets.empty() || !parents.empty())) {
      copy.id = repo_.write_commit(repo_.write_tree(std::nullopt, files), parents, commit.author, commit.committer,
                                   history_message(commit));
      ++written;
    }
    copies_.emplace(commit.id.hex(), std::move(copy));
  }
  std::optional<git::ObjectId> find(const git::ObjectId& commit) const {
    const auto it = copies_.find(commit.hex());
    return it == copies_.end() ? std::nullopt : it->second.id;
  }
  std::uint64_t written = 0;

 private:
  struct Copy {
    std::optional<git::ObjectId> id;  ///< nothing: neither it nor its ancestors had datasets
    std::string state;
  };
  git::Repository& repo_;
  std::map<std::string, Copy> copies_;
};

}  // namespace

DatasetManifest manifest_for(const Workspace& workspace, const std::string& path, const TreeEntry& top) {
  DatasetManifest m;
  m.path = path;
  m.directory = top.kind == TreeEntryKind::directory;
  m.executable = top.kind == TreeEntryKind::executable;
  m.tree = top.id;
  m.bytes = top.size;
  m.files = m.directory ? 0 : 1;
  if (m.directory) {
    walk_tree(workspace.store(), top.id, [&](const std::string&, const TreeEntry& entry) {
      if (entry.kind != TreeEntryKind::directory) ++m.files;
    });
  }
  return m;
}

void name_datasets(const Workspace& workspace, std::vector<MigratedDataset>& datasets) {
  std::sort(datasets.begin(), datasets.end(),
            [](const auto& a, const auto& b) { return a.manifest.path < b.manifest.path; });
  std::vector<DatasetManifest> existing = load_datasets(workspace);
  for (MigratedDataset& dataset : datasets) {
    DatasetManifest& m = dataset.manifest;
    m.name = choose_dataset_name(std::nullopt, m.path, existing);
    for (const DatasetManifest& old : existing) {
      if (old.name != m.name) continue;
      if (old.tree != m.tree)
        throw Error(ErrorKind::conflict,
                    fmt::format("`{}` is the dataset `{}` already, at another version", m.path, m.name))
            .hint(fmt::format("to take {}'s: mlo version-data remove {} --keep-files", dataset.from, m.name));
      m = old;
      dataset.changed = false;
    }
    if (dataset.changed) existing.push_back(m);
  }
}

void adopt_datasets(Workspace& workspace, const MigrateRequest& request, MigrateReport& report,
                    const std::vector<std::string>& also_commit,
                    const std::function<bool(const std::string& repo_path)>& stands_for_it) {
  for (MigratedDataset& dataset : report.datasets) {
    DatasetManifest& m = dataset.manifest;
    complete_data(workspace, m, stands_for_it);
    if (dataset.changed && !m.directory) m.schema = find_schema(workspace.world(), workspace.root() / m.path);
  }
  std::vector<std::string> paths, files, names;
  std::vector<DatasetManifest> manifests;
  {
    const LockFile lock = workspace.lock_manifests("mlo version-data import");
    for (const MigratedDataset& dataset : report.datasets) {
      const DatasetManifest& m = dataset.manifest;
      const std::string file = dataset_file(m.name), text = emit_dataset(m);
      if (find_file(workspace.root() / file) != text) write_file(workspace.root() / file, text);
      files.insert(files.end(), {file, ignore_file(m.path)});
      paths.push_back(m.path);
      names.push_back(m.name);
      manifests.push_back(m);
    }
    ensure_ignored(workspace.root(), paths);
    workspace.work_tree().stage(files);
  }
  if (!request.commit && !workspace.config().autocommit) return;
  files.insert(files.end(), also_commit.begin(), also_commit.end());
  if (files.empty()) return;
  report.commit = commit_if_changed(
      workspace, files, data_commit_message(request.message, "data: import " + join(names, ", "), manifests));
}

MigratedHistory write_history(Workspace& workspace, const std::string& prefix,
                              const std::function<std::vector<DatasetManifest>(const git::Commit&)>& datasets_at) {
  git::Repository& repo = workspace.repo();
  std::vector<git::Ref> refs;
  for (const char* kind : {"refs/heads/", "refs/tags/"}) {
    for (git::Ref& ref : repo.list_refs(kind)) {
      if (!ref.name.starts_with(kind + prefix + "/")) refs.push_back(std::move(ref));
    }
  }
  HistoryWriter writer(repo);
  const std::vector<git::Commit> commits = all_commits(repo, refs);
  const auto task = workspace.world().progress.start("importing history", ProgressUnit::items, commits.size());
  for (const git::Commit& commit : commits) {
    check_stop(workspace.world());
    writer.add(commit, datasets_at(commit));
    task->advance(1);
  }
  MigratedHistory report;
  report.commits = writer.written;
  for (const git::Ref& ref : refs) {
    const auto tip = repo.find_commit(ref.name);
    const auto copy = tip ? writer.find(*tip) : std::nullopt;
    if (!copy) continue;
    const std::size_t kind = ref.name.find('/', 5) + 1;
    const std::string name = ref.name.substr(0, kind) + prefix + "/" + ref.name.substr(kind);
    const auto old = repo.find_ref(name);
    if (old && *old == *copy) continue;
    const bool moves = !old || (repo.find_commit(name) == old && repo.is_ancestor(*old, *copy));
    if (!moves || !repo.move_ref(name, old, *copy, "mlo version-data import"))
      throw Error(ErrorKind::conflict, fmt::format("`{}` is there, and not what an import made", name))
          .hint(fmt::format("rename it first: git update-ref -d {}", shell_quote(name)));
    report.refs.push_back(name.substr(kind));
  }
  return report;
}

}  // namespace mlo

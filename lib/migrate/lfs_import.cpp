#include <map>
#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/data/add.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/scan.hpp"
#include "lib/manifest/names.hpp"
#include "lib/migrate/adopt.hpp"
#include "lib/migrate/lfs_pointer.hpp"
#include "lib/migrate/migrate.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// A directory of a git tree: the pointers below it, and whether there is anything else.
struct Level {
  std::map<std::string, Level> below;
  std::optional<LfsPointer> pointer;  ///< of a file
  bool executable = false;
  bool pure = true;   ///< nothing but pointers
  std::string other;  ///< something else below it
};

/// What `git ls-tree -r -l -z` says of a commit, pointers read.
Level read_levels(const Workspace& workspace, const std::string& commit) {
  Level top;
  const std::string listed = workspace.work_tree().run({"ls-tree", "-r", "-l", "-z", "--full-tree", commit});
  for (const std::string_view line : split(listed, '\0')) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) continue;
    const std::string path(line.substr(tab + 1)), head(line.substr(0, tab));
    const std::string mode = head.substr(0, 6);
    const auto id = git::ObjectId::parse(head.substr(head.find(' ', 7) + 1, 40));
    const auto size = parse_u64(trim(std::string_view(head).substr(head.rfind(' ') + 1)));
    std::optional<LfsPointer> pointer;
    if ((mode == "100644" || mode == "100755") && id && size && *size < kMaxLfsPointer)
      pointer = parse_lfs_pointer(workspace.repo().load_blob(*id));
    Level* level = &top;
    for (const std::string_view name : split(path, '/')) {
      if (!pointer) {
        level->pure = false;
        if (level->other.empty()) level->other = path;
      }
      level = &level->below[std::string(name)];
    }
    level->pointer = pointer;
    level->pure = pointer.has_value();
    level->executable = mode == "100755";
  }
  top.pure = false;  // the whole repository is no dataset
  return top;
}

struct Chosen {
  std::string path;
  const Level* level;
};

/// The topmost directories of pointers alone, and pointers elsewhere.
void choose_all(const std::string& path, const Level& level, std::vector<Chosen>& out) {
  if (level.pure) {
    out.push_back({path, &level});
    return;
  }
  for (const auto& [name, child] : level.below) choose_all(child_path(path, name), child, out);
}

std::vector<Chosen> choose(const Level& top, const std::vector<std::string>& paths) {
  std::vector<Chosen> out;
  if (paths.empty()) choose_all("", top, out);
  for (const std::string& path : std::set<std::string>(paths.begin(), paths.end())) {
    const Level* level = &top;
    for (const std::string_view name : split(path, '/')) {
      const auto it = level->below.find(std::string(name));
      if (it == level->below.end()) throw Error(ErrorKind::not_found, fmt::format("HEAD has no `{}`", printable(path)));
      level = &it->second;
    }
    if (!level->pure)
      throw Error(ErrorKind::invalid, fmt::format("`{}` cannot be a dataset of git-lfs's files: `{}` is none of them",
                                                  printable(path), printable(level->other)))
          .hint("name the directories or files below it that are");
    out.push_back({path, level});
  }
  return out;
}

/// Brings what pointers name into the store, from git-lfs's objects or the work tree.
class LfsContent {
 public:
  explicit LfsContent(const Workspace& workspace) : workspace_(workspace) {
    const auto storage = workspace.repo().config("lfs.storage");
    objects_ = absolute_in(workspace.repo().common_dir(), storage.value_or("lfs")) / "objects";
  }

  struct File {
    std::string path;
    LfsPointer pointer;
  };
  static void collect(const std::string& path, const Level& level, std::vector<File>& out) {
    if (level.pointer) out.push_back({path, *level.pointer});
    for (const auto& [name, child] : level.below) collect(child_path(path, name), child, out);
  }

  /// What of it is nowhere here.
  std::vector<File> bring(std::vector<File> files) {
    ObjectStore& store = workspace_.store();
    std::erase_if(files, [&](const File& file) { return store.claim(file.pointer.id); });
    const World& world = workspace_.world();
    ObjectStore::Batch batch(store);
    std::vector<char> here(files.size(), 0);
    const auto task = world.progress.start("importing from git-lfs", ProgressUnit::items, files.size());
    parallel_for(files.size(), world.threads, [&](std::size_t i) {
      check_stop(world);
      here[i] = bring_file(batch, files[i]) ? 1 : 0;
      task->advance(1);
    });
    batch.commit();
    std::vector<File> missing;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (here[i] == 0) missing.push_back(files[i]);
    }
    return missing;
  }

  /// The content below a level as a tree, in the store.
  TreeEntry tree_of(ObjectStore::Batch& batch, const Level& level) const {
    if (level.pointer)
      return {level.executable ? TreeEntryKind::executable : TreeEntryKind::file, level.pointer->size,
              level.pointer->id, ""};
    TreeEntry self{TreeEntryKind::directory, 0, {}, ""};
    Tree tree;
    for (const auto& [name, child] : level.below) {
      TreeEntry entry = tree_of(batch, child);
      entry.name = name;
      self.size += entry.size;
      tree.push_back(std::move(entry));
    }
    self.id = batch.put(encode_tree(tree));
    return self;
  }

 private:
  bool bring_file(ObjectStore::Batch& batch, const File& file) {
    const std::string hex = file.pointer.id.hex();
    const fs::path object = objects_ / hex.substr(0, 2) / hex.substr(2, 2) / hex;
    for (const fs::path& from : {object, workspace_.root() / file.path}) {
      const auto stat = find_stat(from);
      if (!stat || stat->kind != FileKind::file || stat->size != file.pointer.size) continue;
      if (batch.put_file(from).id == file.pointer.id) return true;
      if (from != object) continue;
      throw Error(ErrorKind::corrupt, fmt::format("`{}` of git-lfs is damaged: its SHA-256 is not its name", hex))
          .hint(fmt::format("it belongs to `{}`; `git lfs fsck` moves it away, `git lfs pull` fetches it again",
                            printable(file.path)));
    }
    return false;
  }

  const Workspace& workspace_;
  fs::path objects_;
};

void require_all(const Workspace& workspace, LfsContent& content, const std::vector<LfsContent::File>& files) {
  std::vector<LfsContent::File> missing = content.bring(files);
  if (missing.empty()) return;
  std::string why;
  try {
    workspace.work_tree().run({"lfs", "fetch"});
    missing = content.bring(std::move(missing));
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::corrupt || error.kind() == ErrorKind::interrupted) throw;
    why = "; " + error.message();
  }
  if (missing.empty()) return;
  throw Error(ErrorKind::not_found,
              fmt::format("{} of git-lfs {} not here, the first is `{}`{}", count_of(missing.size(), "file"),
                          missing.size() == 1 ? "is" : "are", printable(missing.front().path), why))
      .hint("nothing was imported; fetch what lacks with `git lfs pull`, and repeat");
}

std::uint64_t count_pointers(const Level& level) {
  std::uint64_t count = level.pointer ? 1 : 0;
  for (const auto& [name, child] : level.below) count += count_pointers(child);
  return count;
}

MigratedHistory import_history(Workspace& workspace, const MigrateRequest& request, LfsContent& content) {
  std::vector<std::string> left_out;
  MigratedHistory history = write_history(workspace, "lfs", [&](const git::Commit& commit) {
    const Level top = read_levels(workspace, commit.id.hex());
    std::vector<Chosen> all;
    choose_all("", top, all);
    std::map<std::string, DatasetManifest> datasets;
    for (const Chosen& chosen : all) {
      const bool wanted =
          request.paths.empty() || std::any_of(request.paths.begin(), request.paths.end(),
                                               [&](const std::string& p) { return overlaps(p, chosen.path); });
      const std::string name = dataset_name_from_path(chosen.path);
      if (!wanted || !is_dataset_name(name)) continue;
      std::vector<LfsContent::File> files;
      LfsContent::collect(chosen.path, *chosen.level, files);
      const auto missing = content.bring(std::move(files));
      if (!missing.empty()) {
        left_out.push_back(fmt::format("`{}` of {}: {} not here", printable(chosen.path), commit.id.hex().substr(0, 10),
                                       count_of(missing.size(), "file is", "files are")));
        continue;
      }
      ObjectStore::Batch batch(workspace.store());
      const TreeEntry tree = content.tree_of(batch, *chosen.level);
      batch.commit();
      DatasetManifest m = manifest_for(workspace, chosen.path, tree);
      m.name = name;
      datasets.emplace(name, std::move(m));
    }
    std::vector<DatasetManifest> out;
    for (auto& [name, m] : datasets) out.push_back(std::move(m));
    return out;
  });
  history.left_out = std::move(left_out);
  return history;
}

}  // namespace

MigrateReport import_from_lfs(Workspace& workspace, const MigrateRequest& request) {
  const git::WorkTree git = workspace.work_tree();
  if (request.commit) git.require_quiet();
  if (!workspace.repo().head()) throw Error(ErrorKind::not_found, "there is no commit yet, so nothing of git-lfs");
  const Level top = read_levels(workspace, "HEAD");
  const std::vector<Chosen> all = choose(top, request.paths);
  LfsContent content(workspace);
  MigrateReport report;
  std::map<std::string, LfsPointer> pointers;
  std::vector<LfsContent::File> files;
  for (const Chosen& chosen : all) LfsContent::collect(chosen.path, *chosen.level, files);
  for (const LfsContent::File& file : files) pointers.emplace(file.path, file.pointer);
  if (request.execution == Execution::real) require_all(workspace, content, files);
  for (const Chosen& chosen : all) {
    MigratedDataset dataset{.manifest = {}, .from = count_of(count_pointers(*chosen.level), "pointer")};
    dataset.manifest.path = chosen.path;
    dataset.manifest.directory = !chosen.level->pointer;
    if (request.execution == Execution::real) {
      ObjectStore::Batch batch(workspace.store());
      const TreeEntry tree = content.tree_of(batch, *chosen.level);
      batch.commit();
      dataset.manifest = manifest_for(workspace, chosen.path, tree);
    }
    report.datasets.push_back(std::move(dataset));
  }
  if (request.execution == Execution::dry_run) return report;
  name_datasets(workspace, report.datasets);
  if (request.history) report.history = import_history(workspace, request, content);
  std::vector<std::string> tops, untracked;
  for (const MigratedDataset& dataset : report.datasets) tops.push_back(dataset.manifest.path);
  for (const auto& [path, pointer] : pointers) untracked.push_back(path);
  git.untrack(tops);
  adopt_datasets(workspace, request, report, untracked, [&](const std::string& path) {
    const auto it = pointers.find(path);
    if (it == pointers.end()) return false;
    const auto stat = find_stat(workspace.root() / path);
    if (!stat || stat->kind != FileKind::file || stat->size >= kMaxLfsPointer) return false;
    const auto there = parse_lfs_pointer(read_file(workspace.root() / path));
    return there && there->id == it->second.id;
  });
  return report;
}

}  // namespace mlo

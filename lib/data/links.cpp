#include "lib/data/links.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <csignal>
#include <set>

#include "lib/data/compare.hpp"
#include "lib/data/contents.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/place.hpp"
#include "lib/store/pack.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// So many copies are synced one by one.
constexpr std::size_t kFew = 8;

/// A file that another takes the place of.
struct Exchange {
  std::string path;  ///< below the dataset
  FileStat stat;
  std::optional<Digest> id;
  std::optional<Place::StagedFile> staged = {};
};

/// True for `path` itself and what is below it; everything is below "".
bool is_at(std::string_view path, std::string_view inner) {
  return path.empty() || inner == path || (inner.starts_with(path) && inner[path.size()] == '/');
}

using Filter = std::function<bool(const std::string& path, const FileStat& stat)>;

/// The regular files of a dataset as they are on disk; `top` is the dataset itself.
std::vector<Exchange> files_of(const Scan& scan, const std::optional<FileStat>& top, const Filter& keep) {
  std::vector<Exchange> files;
  const auto add = [&](const std::string& path, const FileStat& stat) {
    if (stat.kind == FileKind::file && keep(path, stat)) files.push_back({path, stat, {}});
  };
  if (top) add("", *top);
  for (const ScannedDirectory& directory : scan.directories) {
    for (std::size_t i = 0; i < directory.entries.size(); ++i)
      add(child_path(directory.path, directory.entries.name(i)), directory.entries[i].stat);
  }
  return files;
}

Place place_of(const Workspace& workspace, const DatasetManifest& dataset, std::size_t files) {
  return {workspace.root(), dataset.path, dataset.directory, files <= kFew, workspace.local() / "tmp"};
}

/// Whether a program may still write to the file: what it writes would be lost with the file's name. A lease is refused
/// to who asks for one then; where there are none nobody can tell.
bool may_be_written(const fs::path& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  // Whoever wants to write meanwhile waits until we close it; we need not be told, and not by a signal that kills.
  return !fd || ::fcntl(fd.get(), F_SETSIG, SIGURG) != 0 || ::fcntl(fd.get(), F_SETLEASE, F_RDLCK) != 0;
}

enum class Writers { spared, asked_for };

/// Puts what is staged in its place.
LinkReport exchange(StatCache& cache, const DatasetManifest& dataset, Place& place, const fs::path& root,
                    const std::vector<Exchange>& files, Writers writers) {
  LinkReport report;
  std::vector<const Exchange*> done;
  place.sync();
  for (const Exchange& file : files) {
    if (!file.staged) continue;
    const std::string path = child_path(dataset.path, file.path);
    if (writers == Writers::spared && may_be_written(root / path)) {
      report.in_use.push_back(path);
      continue;
    }
    place.publish(file.staged->name, file.path, &file.stat);
    done.push_back(&file);
    report.bytes += file.stat.size;
  }
  report.files = done.size();
  const std::int64_t now = cache.now();
  for (const Exchange* file : done) {
    const auto stat = place.find_stat(file->path);
    if (file->id && stat && is_same_file(*stat, file->staged->stat))
      cache.record(child_path(dataset.path, file->path), *stat, *file->id, now);
  }
  return report;
}

/// Several names, or nobody may write it.
bool is_protected(const fs::path& file) {
  struct stat st {};
  return ::lstat(file.c_str(), &st) == 0 && S_ISREG(st.st_mode) && (st.st_nlink > 1 || (st.st_mode & S_IWUSR) == 0);
}

LinkReport unlink_dataset(const Workspace& workspace, StatCache& cache, const DatasetManifest& dataset,
                          const std::string& below) {
  const auto top = find_data(workspace, dataset.path);
  Scan scan;
  if (top && top->kind == FileKind::directory) scan = scan_directory(workspace.world(), workspace.root(), dataset.path);
  std::vector<Exchange> files = files_of(scan, top, [&](const std::string& file, const FileStat&) {
    const std::string path = child_path(dataset.path, file);
    return is_at(below, path) && is_protected(workspace.root() / path);
  });
  Place place = place_of(workspace, dataset, files.size());
  const World& world = workspace.world();
  const auto task = world.progress.start("copying " + dataset.path, ProgressUnit::items, files.size());
  parallel_for(files.size(), world.threads, [&](std::size_t i) {
    check_stop(world);
    Exchange& file = files[i];
    const std::string path = child_path(dataset.path, file.path);
    const UniqueFd from(::open((workspace.root() / path).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!from) throw_errno("open", printable(path));
    file.id = cache.find(path, file.stat);
    file.staged = place.stage_copy(from.get(), file.stat.executable());
    if (file.staged->stat.size != file.stat.size || !StatCache::same(file.stat, stat_fd(from.get(), path)))
      throw Error(ErrorKind::conflict, fmt::format("`{}` changed while it was read", printable(path)));
    task->advance(1);
  });
  return exchange(cache, dataset, place, workspace.root(), files, Writers::asked_for);
}

}  // namespace

bool is_link(const FileStat& written) {
  constexpr std::uint32_t kWritable = 0222;
  return (written.mode & kWritable) == 0;
}

LinkReport link_files(const Workspace& workspace, StatCache& cache, const DatasetManifest& version) {
  const WorkState state = compare_with_work(workspace, cache, version);
  const ObjectStore& store = workspace.store();
  const World& world = workspace.world();
  std::set<std::string> changed;
  for (const Difference& difference : state.differences) changed.insert(difference.path);
  std::vector<Exchange> files =
      files_of(state.scan, find_data(workspace, version.path), [&](const std::string& path, const FileStat& stat) {
        return stat.size > kMaxPacked && !stat.executable() && !changed.contains(path);
      });
  Place place = place_of(workspace, version, files.size());
  const auto task = world.progress.start("linking " + version.path, ProgressUnit::items, files.size());
  parallel_for(files.size(), world.threads, [&](std::size_t i) {
    check_stop(world);
    Exchange& file = files[i];
    file.id = hash_file(workspace, cache, child_path(version.path, file.path), file.stat);
    const auto object = file.id ? store.find_file_of(*file.id) : std::nullopt;
    const auto there = object ? find_stat(*object) : std::nullopt;
    if (there && (there->inode != file.stat.inode || there->device != file.stat.device))
      file.staged = place.stage_hard_link(store, *file.id);
    task->advance(1);
  });
  return exchange(cache, version, place, workspace.root(), files, Writers::spared);
}

LinkReport unlink_files(const Workspace& workspace, StatCache& cache, const std::string& repo_path) {
  LinkReport report;
  bool found = false;
  for (const DatasetManifest& dataset : load_datasets(workspace)) {
    if (!is_at(repo_path, dataset.path) && !is_at(dataset.path, repo_path)) continue;
    found = true;
    const LinkReport one = unlink_dataset(workspace, cache, dataset, repo_path);
    report.files += one.files;
    report.bytes += one.bytes;
  }
  if (found) return report;
  throw Error(ErrorKind::not_found, fmt::format("no dataset at `{}`", printable(repo_path)))
      .hint("list datasets with `mlo version-data ls`");
}

}  // namespace mlo

#include "lib/data/checkout.hpp"

#include <atomic>
#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/data/compare.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/links.hpp"
#include "lib/data/place.hpp"
#include "lib/data/stage_tree.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/git_ignore.hpp"

namespace mlo {
namespace {

bool is_directory(const TreeEntry& entry) { return entry.kind == TreeEntryKind::directory; }

/// Two entries that differ in their executable bit alone share their bytes.
bool is_regular(const TreeEntry& entry) {
  return entry.kind == TreeEntryKind::file || entry.kind == TreeEntryKind::executable;
}

/// True if the store has what the disk has at this path, so that nothing is lost with it.
bool is_saved(const Workspace& workspace, StatCache& cache, const std::string& repo_path, const ScannedEntry& found) {
  if (found.entry.kind == TreeEntryKind::symlink) return workspace.store().claim(sha256(found.target));
  const auto id = hash_file(workspace, cache, repo_path, found.stat);
  return id && workspace.store().claim(*id);
}

void require_saved(const Workspace& workspace, StatCache& cache, const DatasetManifest& version,
                   const WorkState& state) {
  std::vector<const Difference*> lost_if_overwritten;
  for (const Difference& difference : state.differences) {
    if (difference.found && !is_directory(difference.found->entry)) lost_if_overwritten.push_back(&difference);
  }
  std::vector<char> unsaved(lost_if_overwritten.size(), 0);
  parallel_for(unsaved.size(), workspace.world().threads, [&](std::size_t i) {
    const Difference& difference = *lost_if_overwritten[i];
    unsaved[i] = is_saved(workspace, cache, child_path(version.path, difference.path), *difference.found) ? 0 : 1;
  });
  const auto count = static_cast<std::uint64_t>(std::count(unsaved.begin(), unsaved.end(), 1));
  if (count == 0) return;
  const std::size_t first = static_cast<std::size_t>(std::find(unsaved.begin(), unsaved.end(), 1) - unsaved.begin());
  const std::string path = child_path(version.path, lost_if_overwritten[first]->path);
  throw Error(
      ErrorKind::conflict,
      fmt::format(
          "`{}` has unsaved changes{}", printable(path),
          count > 1 ? fmt::format(", and so {} more", count == 2 ? "has 1" : fmt::format("have {}", count - 1)) : ""))
      .hint(fmt::format("save them with `mlo version-data add {}`, or lose them with --force",
                        shell_quote(version.path)));
}

/// Where a file of the version must stand, an ignored one is a file like any other: it may have the same content, and
/// may be saved or not.
void take_ignored(const Workspace& workspace, StatCache& cache, const DatasetManifest& version, WorkState& state) {
  std::vector<std::size_t> same;
  for (const ScannedDirectory& directory : state.scan.directories) {
    for (const std::string& name : directory.ignored) {
      const std::string path = child_path(directory.path, name), repo_path = child_path(version.path, path);
      const auto at = std::lower_bound(state.differences.begin(), state.differences.end(), path,
                                       [](const Difference& d, const std::string& p) { return d.path < p; });
      if (at == state.differences.end() || at->path != path || !at->want || at->found || !is_regular(*at->want))
        continue;
      const auto stat = find_stat(workspace.root() / repo_path);
      if (!stat || stat->kind != FileKind::file) continue;
      ScannedEntry found;
      found.stat = *stat;
      found.entry = {stat->executable() ? TreeEntryKind::executable : TreeEntryKind::file, stat->size, {}, name};
      found.entry.id = hash_file(workspace, cache, repo_path, *stat).value_or(Digest());
      if (found.entry.id == at->want->id && found.entry.kind == at->want->kind)
        same.push_back(static_cast<std::size_t>(at - state.differences.begin()));
      at->found = std::move(found);
    }
  }
  std::sort(same.begin(), same.end(), std::greater<>());
  for (const std::size_t i : same) state.differences.erase(state.differences.begin() + static_cast<std::ptrdiff_t>(i));
}

/// Ignored files keep their directory alive; a file of the version that must stand there cannot.
void require_room(const DatasetManifest& version, const WorkState& state) {
  std::set<std::string> replaced;
  for (const Difference& difference : state.differences) {
    if (difference.want && difference.found && is_directory(difference.found->entry)) replaced.insert(difference.path);
  }
  std::set<std::string> wanted;
  for (const Difference& difference : state.differences) {
    if (difference.want && !difference.found) wanted.insert(difference.path);
  }
  for (const ScannedDirectory& directory : state.scan.directories) {
    for (const std::string& name : directory.ignored) {
      std::string path = child_path(directory.path, name);
      const bool in_the_way = wanted.contains(path) ||
                              std::any_of(replaced.begin(), replaced.end(),
                                          [&](const std::string& r) { return r.empty() || path.starts_with(r + "/"); });
      if (!in_the_way) continue;
      throw Error(ErrorKind::conflict,
                  fmt::format("the ignored file `{}` is in the way", printable(child_path(version.path, path))))
          .hint("move it away");
    }
  }
}

/// What must be written: files and symlinks one by one, directories that the disk lacks each as a whole.
struct Writes {
  std::vector<const Difference*> files, trees;
};

/// A few files are synced one by one.
constexpr std::uint64_t kFew = 8;

bool are_few(const ObjectStore& store, const Writes& writes) {
  std::uint64_t files = writes.files.size();
  for (const Difference* tree : writes.trees) {
    if (files > kFew) break;
    files += 1 + count_files(store, tree->want->id, kFew);
  }
  return files <= kFew;
}

/// The new content, on disk beside the data, in the order of its Writes.
struct Staged {
  std::vector<Place::StagedFile> files;
  std::vector<std::string> trees;
  std::uint64_t linked = 0;
};

Staged stage(const Workspace& workspace, StatCache& cache, const DatasetManifest& version, const Writes& writes,
             Place& place, std::uint64_t bytes) {
  const World& world = workspace.world();
  const LinkType link = workspace.config().link;
  const auto task = world.progress.start("checking out " + version.path, ProgressUnit::bytes, bytes);
  Staged staged;
  staged.files.resize(writes.files.size());
  std::atomic<std::uint64_t> linked = 0;
  parallel_for(writes.files.size(), world.threads, [&](std::size_t i) {
    check_stop(world);
    const TreeEntry& want = *writes.files[i]->want;
    if (is_regular(want)) {
      staged.files[i] = place.stage_file(workspace.store(), want.id, want.kind == TreeEntryKind::executable, link);
      linked += is_link(staged.files[i].stat) ? 1 : 0;
    } else {
      staged.files[i].name = place.stage_link(workspace.store().get(want.id));
    }
    task->advance(want.size);
  });
  for (const Difference* tree : writes.trees) {
    const auto on_file = [&](const std::string& path, const TreeEntry& entry, const FileStat& written) {
      cache.record_own(child_path(version.path, path), written, entry.id);
      linked += is_link(written) ? 1 : 0;
      task->advance(entry.size);
    };
    staged.trees.push_back(place.stage_tree(world, workspace.store(), tree->want->id, tree->path, link, on_file));
  }
  place.sync();
  cache.settle();
  staged.linked = linked;
  return staged;
}

CheckoutReport apply(const Workspace& workspace, StatCache& cache, const DatasetManifest& version,
                     const WorkState& state, Execution execution) {
  CheckoutReport report{.manifest = version, .written = 0, .removed = 0, .bytes_written = 0};
  Writes writes;
  for (const Difference& difference : state.differences) {
    if (difference.want) {
      (is_directory(*difference.want) ? writes.trees : writes.files).push_back(&difference);
      report.bytes_written += difference.want->size;
    } else if (!is_directory(difference.found->entry)) {
      ++report.removed;
    }
  }
  const ObjectStore& store = workspace.store();
  report.written = writes.files.size();
  for (const Difference* tree : writes.trees) report.written += count_files(store, tree->want->id);
  for (const Difference* file : writes.files) require_object(store, file->path, *file->want);
  if (execution == Execution::dry_run || state.differences.empty()) return report;

  Place place(workspace.root(), version.path, version.directory, are_few(store, writes), workspace.local() / "tmp");
  const Staged staged = stage(workspace, cache, version, writes, place, report.bytes_written);
  report.linked = staged.linked;
  // Deepest first, so that a directory is empty when its turn comes; then shallowest first, so that parents are there.
  for (auto it = state.differences.rbegin(); it != state.differences.rend(); ++it) {
    if (!it->found) continue;
    if (is_directory(it->found->entry))
      place.remove_directory(it->path, /*must=*/it->want.has_value());
    else if (!it->want || is_directory(*it->want))
      place.remove_file(it->path, it->found->stat);
  }
  std::size_t next_file = 0, next_tree = 0;
  for (const Difference& difference : state.differences) {
    if (!difference.want) continue;
    if (is_directory(*difference.want)) {
      place.publish(staged.trees[next_tree++], difference.path, nullptr);
      continue;
    }
    const bool replaces = difference.found && !is_directory(difference.found->entry);
    place.publish(staged.files[next_file++].name, difference.path, replaces ? &difference.found->stat : nullptr);
  }
  const std::int64_t now = cache.now();
  for (std::size_t i = 0; i < writes.files.size(); ++i) {
    const Difference& write = *writes.files[i];
    if (!is_regular(*write.want)) continue;
    const auto stat = place.find_stat(write.path);
    if (stat && is_same_file(*stat, staged.files[i].stat))
      cache.record(child_path(version.path, write.path), *stat, write.want->id, now);
  }
  return report;
}

/// The version without its data: what removing makes of the disk.
WorkState without_wants(WorkState state) {
  for (Difference& difference : state.differences) difference.want.reset();
  return state;
}

}  // namespace

CheckoutReport check_out_dataset(const Workspace& workspace, const DatasetManifest& version, Overwrite overwrite,
                                 Execution execution) {
  StatCache cache = workspace.stat_cache();
  WorkState state = compare_with_work(workspace, cache, version, Below::left_out);
  take_ignored(workspace, cache, version, state);
  if (overwrite == Overwrite::saved_only) require_saved(workspace, cache, version, state);
  require_room(version, state);
  CheckoutReport report = apply(workspace, cache, version, state, execution);
  cache.save(workspace.world().clock.now());
  return report;
}

CheckoutReport remove_data(const Workspace& workspace, const DatasetManifest& version, Overwrite overwrite,
                           Execution execution) {
  StatCache cache = workspace.stat_cache();
  // Against a version of which nothing is wanted, everything on disk is a difference.
  DatasetManifest empty = version;
  empty.directory = false;
  empty.tree = Digest();
  empty.bytes = UINT64_MAX;
  const WorkState state = without_wants(compare_with_work(workspace, cache, empty));
  if (overwrite == Overwrite::saved_only) require_saved(workspace, cache, version, state);
  WorkState found = state;
  std::erase_if(found.differences, [](const Difference& difference) { return !difference.found; });
  return apply(workspace, cache, version, found, execution);
}

void adopt_version(const Workspace& workspace, const DatasetManifest& manifest) {
  const LockFile lock = workspace.lock_manifests("mlo version-data checkout");
  const std::string file = dataset_file(manifest.name);
  const std::string text = emit_dataset(manifest);
  ensure_ignored(workspace.root(), {manifest.path});
  if (find_file(workspace.root() / file) != text) write_file(workspace.root() / file, text);
  // Staged even if both were right already: an earlier command may have been cut off before it came to this.
  workspace.work_tree().stage({file, ignore_file(manifest.path)});
}

}  // namespace mlo

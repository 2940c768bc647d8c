#include "lib/data/checkout.hpp"

#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/data/compare.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/place.hpp"
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
  if (found.entry.kind == TreeEntryKind::symlink) return workspace.store().has(sha256(found.target));
  const auto id = hash_file(workspace, cache, repo_path, found.stat);
  return id && workspace.store().has(*id);
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

/// Error{not_found} or Error{corrupt} before the first byte is written, for what can be known without reading objects.
void require_objects(const Workspace& workspace, const std::vector<const Difference*>& writes) {
  for (const Difference* write : writes) {
    const TreeEntry& want = *write->want;
    const auto size = workspace.store().find_size(want.id);
    if (!size) {
      throw Error(ErrorKind::not_found,
                  fmt::format("the content of `{}` ({}) is not in the store", printable(write->path), want.id.brief()))
          .hint("fetch it with `mlo pull`");
    }
    if (*size != want.size) {
      throw Error(ErrorKind::corrupt,
                  fmt::format("the content of `{}` ({}) is damaged", printable(write->path), want.id.brief()))
          .hint("`mlo pull` fetches it again");
    }
    if (want.kind == TreeEntryKind::symlink && !is_inner_link(write->path, workspace.store().get(want.id))) {
      throw Error(ErrorKind::corrupt,
                  fmt::format("the version has a symlink `{}` that leads out of the data", printable(write->path)))
          .hint("do not trust where this version came from");
    }
  }
}

CheckoutReport apply(const Workspace& workspace, StatCache& cache, const DatasetManifest& version,
                     const WorkState& state, Execution execution) {
  CheckoutReport report{.manifest = version, .written = 0, .removed = 0, .bytes_written = 0};
  std::vector<const Difference*> writes;
  for (const Difference& difference : state.differences) {
    const bool want_file = difference.want && !is_directory(*difference.want);
    if (want_file) {
      writes.push_back(&difference);
      ++report.written;
      report.bytes_written += difference.want->size;
    } else if (difference.found && !is_directory(difference.found->entry)) {
      ++report.removed;
    }
  }
  require_objects(workspace, writes);
  if (execution == Execution::dry_run || state.differences.empty()) return report;

  Place place(workspace.root(), version.path, version.directory, writes.size(), workspace.local() / "tmp");
  const World& world = workspace.world();
  const auto task = world.progress.start("checking out " + version.path, ProgressUnit::bytes, report.bytes_written);
  std::vector<std::string> staged(writes.size());
  parallel_for(writes.size(), world.threads, [&](std::size_t i) {
    check_stop(world);
    const TreeEntry& want = *writes[i]->want;
    staged[i] = is_regular(want) ? place.stage_file(workspace.store(), want.id, want.kind == TreeEntryKind::executable,
                                                    workspace.config().link)
                                 : place.stage_link(workspace.store().get(want.id));
    task->advance(want.size);
  });
  place.sync();
  // Deepest first, so that a directory is empty when its turn comes; then shallowest first, so that parents are there.
  for (auto it = state.differences.rbegin(); it != state.differences.rend(); ++it) {
    if (!it->found) continue;
    if (is_directory(it->found->entry)) {
      if (!it->want)
        place.remove_directory(it->path, /*must=*/false);
      else
        place.remove_directory(it->path, /*must=*/true);
    } else if (!it->want || is_directory(*it->want)) {
      place.remove_file(it->path, it->found->stat);
    }
  }
  std::size_t next = 0;
  for (const Difference& difference : state.differences) {
    if (!difference.want) continue;
    if (is_directory(*difference.want)) {
      place.make_directory(difference.path);
      continue;
    }
    const bool replaces = difference.found && !is_directory(difference.found->entry);
    place.publish(staged[next++], difference.path, replaces ? &difference.found->stat : nullptr);
  }
  for (const Difference* write : writes) {
    if (!is_regular(*write->want)) continue;
    const std::string path = child_path(version.path, write->path);
    const auto stat = place.find_stat(write->path);
    if (stat && !cache.find(path, *stat)) cache.record(path, *stat, write->want->id);
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
  const WorkState state = compare_with_work(workspace, cache, version);
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

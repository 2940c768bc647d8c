#include "lib/data/contents.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Stores one file unless the cache and the store know it; fills in kind, size and id.
void store_file(ObjectStore& store, ObjectStore::Batch& batch, StatCache& cache, const fs::path& root,
                const std::string& repo_path, const FileStat& stat, TreeEntry& entry) {
  if (const auto known = cache.find(repo_path, stat); known && store.claim(*known)) {
    entry.id = *known;
    return;
  }
  const std::int64_t now = cache.now();
  const ObjectStore::Batch::Added added = batch.put_file(root / repo_path);
  cache.record(repo_path, added.stat, added.id, now);
  entry.kind = added.stat.executable() ? TreeEntryKind::executable : TreeEntryKind::file;
  entry.size = added.size;
  entry.id = added.id;
}

DataContent store_directory(const Workspace& workspace, StatCache& cache, const std::string& repo_path) {
  const World& world = workspace.world();
  Scan scan = scan_directory(world, workspace.root(), repo_path);
  const std::uint64_t files = scan.files;
  ObjectStore::Batch batch(workspace.store());
  const auto task = world.progress.start("storing " + repo_path, ProgressUnit::bytes, scan.bytes);
  const auto read = [&](const std::string& path, const ScannedEntry& found) {
    TreeEntry entry = found.entry;
    if (entry.kind == TreeEntryKind::symlink)
      entry.id = batch.put(found.target);
    else
      store_file(workspace.store(), batch, cache, workspace.root(), child_path(repo_path, path), found.stat, entry);
    task->advance(found.entry.size);
    return entry;
  };
  const TreeEntry top =
      name_trees(world, std::move(scan), read, [&](const std::string& tree) { return batch.put(tree); });
  batch.commit();
  return {.entry = top, .files = files};
}

}  // namespace

std::optional<Digest> hash_file(const Workspace& workspace, StatCache& cache, const std::string& repo_path,
                                const FileStat& stat) {
  if (const auto known = cache.find(repo_path, stat)) return known;
  const fs::path file = workspace.root() / repo_path;
  const std::int64_t now = cache.now();
  const Digest id = sha256_file(file).digest;
  const auto after = find_stat(file);
  if (!after || !StatCache::same(stat, *after)) return std::nullopt;
  cache.record(repo_path, stat, id, now);
  return id;
}

DataContent store_content(const Workspace& workspace, StatCache& cache, const std::string& repo_path) {
  const auto stat = find_stat(workspace.root() / repo_path);
  if (!stat) throw Error(ErrorKind::not_found, fmt::format("cannot add `{}`: it does not exist", repo_path));
  if (stat->kind == FileKind::directory) return store_directory(workspace, cache, repo_path);
  if (stat->kind != FileKind::file) {
    throw Error(ErrorKind::invalid, fmt::format("cannot add `{}`: it is neither a file nor a directory", repo_path));
  }
  DataContent content;
  content.entry.size = stat->size;
  content.entry.kind = stat->executable() ? TreeEntryKind::executable : TreeEntryKind::file;
  ObjectStore::Batch batch(workspace.store());
  store_file(workspace.store(), batch, cache, workspace.root(), repo_path, *stat, content.entry);
  batch.commit();
  return content;
}

}  // namespace mlo

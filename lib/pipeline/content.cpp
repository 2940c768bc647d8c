#include "lib/pipeline/content.hpp"

#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "lib/data/scan.hpp"
#include "lib/data/stage_tree.hpp"
#include "lib/store/staging.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/git_ignore.hpp"

namespace mlo {

/// True for a `.gitignore` that is there for what mlo keeps out of git, so no part of the data around it.
bool WorkContent::is_own(const std::string& path, const fs::path& file) const {
  const auto lines = own_lines_.find(path);
  if (lines == own_lines_.end()) return false;
  const auto text = find_file(file);
  return text && has_only_lines(*text, lines->second);
}

Content WorkContent::read_directory(const std::string& path, const fs::path& directory, ObjectStore::Batch* batch) {
  const World& world = workspace_.world();
  const auto inside = relative_to(root_, directory);
  Scan scan = inside ? scan_directory(world, root_, *inside, OuterLinks::keep)
                     : scan_directory(world, directory.parent_path(), directory.filename(), OuterLinks::keep);
  for (ScannedDirectory& part : scan.directories) {
    const std::string below = child_path(part.path, ".gitignore");
    if (is_own(child_path(path, below), directory / below) && part.entries.erase(".gitignore")) --scan.files;
  }
  const std::uint64_t files = scan.files;
  const auto put = [&](const std::string& bytes) { return batch != nullptr ? batch->put(bytes) : sha256(bytes); };
  const auto read_content = [&](const std::string& below, const ScannedEntry& found) {
    TreeEntry entry = found.entry;
    if (entry.kind == TreeEntryKind::symlink) {
      if (const auto outer = read_outer(child_path(path, below), directory, below, found.target, batch)) {
        entry.kind = outer->executable ? TreeEntryKind::executable : TreeEntryKind::file;
        entry.id = outer->id;
        entry.size = outer->bytes;
      } else {
        entry.id = put(found.target);
      }
    } else {
      const Content content = read(child_path(path, below), directory / below, found.stat, batch);
      entry.id = content.id;
      entry.size = content.bytes;
    }
    return entry;
  };
  const TreeEntry top = name_trees(world, std::move(scan), read_content, put);
  return {top.id, true, false, top.size, files};
}

std::optional<Content> WorkContent::read_outer(const std::string& path, const fs::path& directory,
                                               const std::string& below, const std::string& target,
                                               ObjectStore::Batch* batch) {
  if (is_inner_link(below, target)) return std::nullopt;
  std::error_code broken;
  const fs::path file = fs::canonical(directory / below, broken);
  const auto stat = broken ? std::nullopt : find_stat(file);
  if (!stat || stat->kind != FileKind::file) return std::nullopt;
  return read(path, file, *stat, batch);
}

Content WorkContent::read(const std::string& path, const fs::path& file, const FileStat& stat,
                          ObjectStore::Batch* batch) {
  if (stat.kind == FileKind::directory) return read_directory(path, file, batch);
  if (stat.kind != FileKind::file)
    throw Error(ErrorKind::invalid, fmt::format("`{}` is neither a file nor a directory", path));
  const auto cached = cache_.find(path, stat);
  const std::int64_t now = cache_.now();
  if (batch != nullptr && !(cached && store_.claim(*cached))) {
    const ObjectStore::Batch::Added added = batch->put_file(file);
    cache_.record(path, added.stat, added.id, now);
    return {added.id, false, stat.executable(), added.size, 1};
  }
  if (cached) return {*cached, false, stat.executable(), stat.size, 1};
  const HashedFile hashed = sha256_file(file);
  cache_.record(path, stat, hashed.digest, now);
  return {hashed.digest, false, stat.executable(), hashed.size, 1};
}

std::optional<Content> WorkContent::find(const std::string& path) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = known_.find(path); it != known_.end()) return it->second;
  }
  fs::path file = root_ / path;
  auto stat = find_stat(file);
  if (stat && stat->kind == FileKind::symlink) {
    std::error_code broken;
    file = fs::canonical(file, broken);
    stat = broken ? std::nullopt : find_stat(file);
  }
  const std::optional<Content> found = stat ? std::optional(read(path, file, *stat, nullptr)) : std::nullopt;
  const std::lock_guard lock(mutex_);
  known_.insert_or_assign(path, found);
  return found;
}

void WorkContent::forget(const std::string& path) {
  const std::lock_guard lock(mutex_);
  known_.erase(path);
  for (std::size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0;
       slash = path.rfind('/', slash - 1)) {
    known_.erase(path.substr(0, slash));
  }
  const std::string below = path + "/";
  const auto first = known_.lower_bound(below);
  auto last = first;
  while (last != known_.end() && last->first.starts_with(below)) ++last;
  known_.erase(first, last);
}

Content WorkContent::save(const std::string& path, ObjectStore::Batch& batch) {
  fs::path file = root_ / path;
  auto stat = find_stat(file);
  if (stat && stat->kind == FileKind::symlink) {
    file = fs::canonical(file);
    stat = find_stat(file);
  }
  if (!stat) throw Error(ErrorKind::not_found, fmt::format("cannot store `{}`: it does not exist", path));
  const Content content = read(path, file, *stat, &batch);
  const std::lock_guard lock(mutex_);
  known_.insert_or_assign(path, content);
  return content;
}

void WorkContent::restore(const std::string& path, const Content& content) {
  if (find(path) == content) return;
  const fs::path target = root_ / path;
  make_dirs(target.parent_path());
  if (content.directory) {
    StagingDir staging(StagingDir::choose_parent(store_.root().parent_path() / "tmp", target.parent_path()));
    constexpr const char* kFresh = "tree";
    stage_tree(workspace_.world(), store_, content.id, {staging.fd(), kFresh, path},
               {.link = link_, .sync = false, .links = OuterLinks::keep});
    remove(path);
    rename_path(staging.path() / kFresh, target);
  } else {
    TempFile fresh = TempFile::beside(target);
    store_.write_to(content.id, fresh.fd(), fresh.path(), link_);
    if (const auto stat = find_stat(target); stat && stat->kind == FileKind::directory) remove(path);
    fresh.publish(target, content.executable ? 0755 : 0644, Durability::cache);
  }
  forget(path);
}

void WorkContent::remove(const std::string& path) {
  const auto stat = find_stat(root_ / path);
  if (!stat) return;
  if (stat->kind == FileKind::directory) {
    remove_tree(root_ / path);
  } else {
    remove_file(root_ / path);
  }
  forget(path);
}

std::optional<Content> WorkContent::find_in_tree(const Digest& tree, std::string_view path) const {
  if (!store_.has(tree)) return std::nullopt;
  const std::size_t slash = path.find('/');
  const std::string_view name = path.substr(0, slash);
  for (const TreeEntry& entry : store_.get_tree(tree)) {
    if (entry.name != name) continue;
    const bool directory = entry.kind == TreeEntryKind::directory;
    if (slash != std::string_view::npos)
      return directory ? find_in_tree(entry.id, path.substr(slash + 1)) : std::nullopt;
    if (directory || entry.kind == TreeEntryKind::symlink) return std::nullopt;  // a count of files is not in the tree
    return Content{entry.id, false, entry.kind == TreeEntryKind::executable, entry.size, 1};
  }
  return std::nullopt;
}

}  // namespace mlo

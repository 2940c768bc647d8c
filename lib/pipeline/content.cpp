#include "lib/pipeline/content.hpp"

#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "lib/store/staging.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {

struct WorkContent::Node {
  TreeEntry entry;
  std::vector<Node> children;
};

/// One pass over a directory: first everything is listed, then files are hashed (or stored) in parallel, then trees are
/// named from the leaves up.
struct WorkContent::Walk {
  WorkContent& owner;
  ObjectStore::Batch* batch;
  struct File {
    Node* node;
    std::string path;
    FileStat stat;
  };
  std::vector<File> files;
  std::uint64_t count = 0;

  void list(const std::string& path, Node& node) {
    for (const DirEntry& found : list_dir(owner.root_ / path)) {
      if (!is_tree_name(found.name) || StagingDir::owns(found.name)) continue;
      node.children.push_back({{TreeEntryKind::file, 0, {}, found.name}, {}});
    }
    for (Node& child : node.children) {
      const std::string below = path + "/" + child.entry.name;
      const auto stat = find_stat(owner.root_ / below);
      if (!stat) throw Error(ErrorKind::conflict, fmt::format("`{}` vanished while it was read", below));
      child.entry.size = stat->size;
      if (stat->kind == FileKind::directory) {
        child.entry.kind = TreeEntryKind::directory;
        list(below, child);
      } else if (stat->kind == FileKind::symlink) {
        const std::string target = read_link(owner.root_ / below);
        child.entry = {TreeEntryKind::symlink, target.size(), batch != nullptr ? batch->put(target) : sha256(target),
                       child.entry.name};
        ++count;
      } else if (stat->kind == FileKind::file) {
        child.entry.kind = stat->executable() ? TreeEntryKind::executable : TreeEntryKind::file;
        files.push_back({&child, below, *stat});
        ++count;
      } else {
        throw Error(ErrorKind::invalid, fmt::format("`{}` is neither a file nor a directory", below));
      }
    }
  }

  void hash() {
    parallel_for(files.size(), owner.threads_, [&](std::size_t i) {
      File& file = files[i];
      const Content content = owner.read(file.path, owner.root_ / file.path, file.stat, batch);
      file.node->entry.id = content.id;
      file.node->entry.size = content.bytes;
    });
  }

  void name(Node& node) {
    Tree tree;
    node.entry.size = 0;
    for (Node& child : node.children) {
      if (child.entry.kind == TreeEntryKind::directory) name(child);
      node.entry.size += child.entry.size;
      tree.push_back(child.entry);
    }
    node.entry.id = batch != nullptr ? batch->put(encode_tree(tree)) : tree_id(tree);
  }
};

Content WorkContent::read(const std::string& path, const fs::path& file, const FileStat& stat,
                          ObjectStore::Batch* batch) {
  if (stat.kind == FileKind::directory) {
    Node top;
    Walk walk{*this, batch, {}, 0};
    walk.list(path, top);
    walk.hash();
    walk.name(top);
    return {top.entry.id, true, false, top.entry.size, walk.count};
  }
  if (stat.kind != FileKind::file)
    throw Error(ErrorKind::invalid, fmt::format("`{}` is neither a file nor a directory", path));
  const auto cached = cache_.find(path, stat);
  if (batch != nullptr && !(cached && store_.has(*cached))) {
    const ObjectStore::Batch::Added added = batch->put_file(file);
    cache_.record(path, added.stat, added.id);
    return {added.id, false, stat.executable(), added.size, 1};
  }
  if (cached) return {*cached, false, stat.executable(), stat.size, 1};
  const HashedFile hashed = sha256_file(file);
  cache_.record(path, stat, hashed.digest);
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

Content WorkContent::save(const std::string& path) {
  fs::path file = root_ / path;
  auto stat = find_stat(file);
  if (stat && stat->kind == FileKind::symlink) {
    file = fs::canonical(file);
    stat = find_stat(file);
  }
  if (!stat) throw Error(ErrorKind::not_found, fmt::format("cannot store `{}`: it does not exist", path));
  ObjectStore::Batch batch(store_);
  const Content content = read(path, file, *stat, &batch);
  batch.commit();
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
    const fs::path fresh = staging.path() / "tree";
    fs::create_directory(fresh);
    write_directory(content.id, fresh);
    remove(path);
    rename_path(fresh, target);
  } else {
    TempFile fresh = TempFile::beside(target);
    store_.write_to(content.id, fresh.fd(), fresh.path(), link_);
    if (const auto stat = find_stat(target); stat && stat->kind == FileKind::directory) remove(path);
    fresh.publish(target, content.executable ? 0755 : 0644, Durability::cache);
  }
  forget(path);
}

void WorkContent::write_directory(const Digest& tree, const fs::path& into) const {
  for (const TreeEntry& entry : store_.get_tree(tree)) {
    const fs::path target = into / entry.name;
    if (entry.kind == TreeEntryKind::directory) {
      fs::create_directory(target);
      write_directory(entry.id, target);
    } else if (entry.kind == TreeEntryKind::symlink) {
      fs::create_symlink(store_.get(entry.id), target);
    } else {
      store_.check_out(entry.id, target, entry.kind == TreeEntryKind::executable, link_);
    }
  }
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

#include "lib/data/bring.hpp"

#include <unistd.h>

#include <atomic>

#include "lib/data/compare.hpp"
#include "lib/data/scan.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

void write_link(const ObjectStore& store, const TreeEntry& entry, const std::string& path, const fs::path& target) {
  const std::string text = store.get(entry.id);
  if (!is_inner_link(path, text))
    throw Error(ErrorKind::corrupt, fmt::format("there is a symlink `{}` that leads out of it", printable(path)))
        .hint("take all of the dataset, or do not trust where this version came from");
  if (::symlink(text.c_str(), target.c_str()) != 0) throw_errno("make symlink", target.string());
}

}  // namespace

ContentSource::ContentSource(const World& world, OtherRepository& from, ObjectStore& to, std::string wanted)
    : world_(world), from_(from), to_(to), wanted_(std::move(wanted)) {}

void ContentSource::bring(std::vector<ObjectRef> objects) {
  const ObjectStore& near = from_.workspace().store();
  std::erase_if(objects, [&](const ObjectRef& object) { return to_.claim(object.id); });
  std::vector<ObjectRef> here, there;
  for (ObjectRef& object : objects) (near.has(object.id) ? here : there).push_back(std::move(object));
  ObjectStore::Batch batch(to_);
  parallel_for(here.size(), world_.threads, [&](std::size_t i) {
    check_stop(world_);
    batch.put_from(here[i].id, here[i].size, [&](int fd) { near.copy_to(here[i].id, fd, to_.root()); });
  });
  batch.commit();
  if (there.empty()) return;
  if (!remote_) remote_ = from_.open_content(wanted_);
  const TransferReport report = download(world_, to_, *remote_, std::move(there), Mode::real);
  if (report.absent.empty()) return;
  throw Error(ErrorKind::remote, fmt::format("cannot get `{}`: remote `{}` has no object `{}`", printable(wanted_),
                                             remote_->name(), report.absent.front().id.brief()))
      .hint("ask who made it to run `mlo push`");
}

void ContentSource::bring(const TreeEntry& top) {
  const std::string owner = fmt::format("`{}`", printable(wanted_));
  const bool directory = top.kind == TreeEntryKind::directory;
  bring({{top.id, directory ? 0 : top.size, owner}});
  std::vector<Digest> level;
  if (directory) level.push_back(top.id);
  std::vector<ObjectRef> files;
  while (!level.empty()) {
    std::vector<ObjectRef> trees;
    for (const Digest& id : level) {
      for (const TreeEntry& entry : to_.get_tree(id)) {
        const bool tree = entry.kind == TreeEntryKind::directory;
        (tree ? trees : files).push_back({entry.id, tree ? 0 : entry.size, owner});
      }
    }
    bring(trees);
    level.clear();
    for (const ObjectRef& tree : trees) level.push_back(tree.id);
  }
  bring(std::move(files));
}

TreeEntry ContentSource::find(const DatasetManifest& version, const std::string& path) {
  TreeEntry at = top_entry(version);
  std::string clean;
  for (const std::string_view name : split(path, '/')) {
    if (name.empty() || name == ".") continue;
    Tree tree;
    if (at.kind == TreeEntryKind::directory) {
      bring({{at.id, 0, fmt::format("`{}`", printable(wanted_))}});
      tree = to_.get_tree(at.id);
    }
    const auto it = std::find_if(tree.begin(), tree.end(), [&](const TreeEntry& entry) { return entry.name == name; });
    clean = child_path(clean, name);
    if (it == tree.end())
      throw Error(ErrorKind::not_found, fmt::format("dataset `{}` has no `{}`", version.name, printable(clean)));
    at = *it;
  }
  if (at.kind == TreeEntryKind::symlink)
    throw Error(ErrorKind::invalid,
                fmt::format("cannot get `{}` of dataset `{}`: it is a symlink", printable(clean), version.name))
        .hint("name what it points at, or the directory around it");
  return at;
}

bool has_content(const ObjectStore& store, const TreeEntry& top) {
  if (!store.claim(top.id)) return false;
  if (top.kind != TreeEntryKind::directory) return true;
  const Tree tree = store.get_tree(top.id);
  return std::all_of(tree.begin(), tree.end(), [&](const TreeEntry& entry) { return has_content(store, entry); });
}

WrittenContent write_content(const World& world, const ObjectStore& store, const TreeEntry& top,
                             const fs::path& target) {
  std::atomic<std::uint64_t> bytes = 0;
  std::vector<std::pair<fs::path, TreeEntry>> files;
  if (top.kind == TreeEntryKind::directory) {
    make_dirs(target);
    walk_tree(store, top.id, [&](const std::string& path, const TreeEntry& entry) {
      if (entry.kind == TreeEntryKind::directory) return make_dirs(target / path);
      if (entry.kind == TreeEntryKind::symlink) return write_link(store, entry, path, target / path);
      files.emplace_back(target / path, entry);
    });
  } else {
    files.emplace_back(target, top);
  }
  const auto task = world.progress.start("writing " + target.filename().string(), ProgressUnit::bytes, top.size);
  parallel_for(files.size(), world.threads, [&](std::size_t i) {
    check_stop(world);
    const auto& [file, entry] = files[i];
    store.check_out(entry.id, file, entry.kind == TreeEntryKind::executable, LinkType::copy);
    bytes += entry.size;
    task->advance(entry.size);
  });
  sync_file_system(open_read(target.parent_path()).get(), target.parent_path());
  return {files.size(), bytes};
}

void require_room(const fs::path& target, Existing existing) {
  const auto stat = find_stat(target);
  if (!stat || existing == Existing::replace) return;
  if (stat->kind == FileKind::directory && list_dir(target).empty()) return;
  throw Error(ErrorKind::conflict, fmt::format("`{}` is there{}", printable(target.string()),
                                               stat->kind == FileKind::directory ? " and not empty" : ""))
      .hint("name another place, or replace it with --force");
}

void put_in_place(const fs::path& whole, const fs::path& target, const fs::path& old) {
  if (find_stat(target)) rename_path(target, old);
  rename_path(whole, target);
  fsync_dir(target.parent_path());
}

}  // namespace mlo

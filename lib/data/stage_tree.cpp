#include "lib/data/stage_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mutex>

#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Directories whose entries are in memory at once, and entries of one directory that a thread takes at once.
constexpr std::size_t kGroup = 256, kSlice = 1024;

struct Directory {
  std::string below;  ///< relative to the target, "" for itself
  Digest tree;
};

struct Slice {
  const Directory* directory;
  const TreeEntry* begin;
  const TreeEntry* end;
};

class TreeStager {
 public:
  TreeStager(const World& world, const ObjectStore& store, const TreeTarget& target, const StageOptions& options)
      : world_(world), store_(store), target_(target), options_(options) {}

  void run(const Digest& tree) {
    make_directory(target_.parent_fd, target_.name, target_.path);
    std::vector<Directory> level{{"", tree}};
    while (!level.empty()) {
      next_.clear();
      for (std::size_t begin = 0; begin < level.size(); begin += kGroup)
        write_group(level.data() + begin, std::min(kGroup, level.size() - begin));
      level = std::move(next_);
    }
  }

 private:
  void write_group(const Directory* directories, std::size_t count) {
    std::vector<Tree> trees(count);
    parallel_for(count, world_.threads, [&](std::size_t i) { trees[i] = store_.get_tree(directories[i].tree); });
    std::vector<Slice> slices;
    for (std::size_t i = 0; i < count; ++i) {
      const Tree& tree = trees[i];
      for (std::size_t begin = 0; begin < tree.size(); begin += kSlice) {
        const std::size_t end = std::min(begin + kSlice, tree.size());
        slices.push_back({&directories[i], tree.data() + begin, tree.data() + end});
      }
    }
    parallel_for(slices.size(), world_.threads, [&](std::size_t i) { write_slice(slices[i]); });
  }

  void write_slice(const Slice& slice) {
    const UniqueFd fd = open_directory(slice.directory->below);
    for (const TreeEntry* entry = slice.begin; entry != slice.end; ++entry) {
      check_stop(world_);
      const std::string below = child_path(slice.directory->below, entry->name);
      const std::string path = child_path(target_.path, below);
      if (entry->kind == TreeEntryKind::directory) {
        make_directory(fd.get(), entry->name, path);
        const std::lock_guard lock(mutex_);
        next_.push_back({below, entry->id});
      } else {
        require_object(store_, path, *entry, options_.links);
        write_entry(fd.get(), path, *entry);
      }
    }
    if (options_.sync) fsync_fd(fd.get(), target_.path);
  }

  void write_entry(int directory, const std::string& path, const TreeEntry& entry) {
    if (entry.kind == TreeEntryKind::symlink) {
      if (::symlinkat(store_.get(entry.id).c_str(), directory, entry.name.c_str()) != 0)
        throw_errno("create the symlink", printable(path));
      return;
    }
    const bool executable = entry.kind == TreeEntryKind::executable;
    const UniqueFd fd = store_.check_out_at(entry.id, directory, entry.name, path, executable, options_.link);
    if (options_.sync) fsync_fd(fd.get(), path);
    if (options_.on_file) options_.on_file(path, entry, stat_fd(fd.get(), path));
  }

  static void make_directory(int parent, const std::string& name, const std::string& path) {
    if (::mkdirat(parent, name.c_str(), 0777) != 0) throw_errno("make directory", printable(path));
  }

  /// By steps: the whole path may be longer than the kernel takes.
  UniqueFd open_directory(const std::string& below) const {
    UniqueFd fd = open_child(target_.parent_fd, target_.name);
    if (below.empty()) return fd;
    for (const std::string_view segment : split(below, '/')) fd = open_child(fd.get(), std::string(segment));
    return fd;
  }
  UniqueFd open_child(int parent, const std::string& name) const {
    UniqueFd fd(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd) throw_errno("open", printable(target_.path));
    return fd;
  }

  const World& world_;
  const ObjectStore& store_;
  const TreeTarget& target_;
  const StageOptions& options_;
  std::mutex mutex_;
  std::vector<Directory> next_;  ///< guarded by mutex_
};

}  // namespace

void require_object(const ObjectStore& store, const std::string& path, const TreeEntry& want, OuterLinks links) {
  const auto size = store.find_size(want.id);
  if (!size) {
    throw Error(ErrorKind::not_found,
                fmt::format("the content of `{}` ({}) is not in the store", printable(path), want.id.brief()))
        .hint("fetch it with `mlo pull`");
  }
  if (*size != want.size) {
    throw Error(ErrorKind::corrupt,
                fmt::format("the content of `{}` ({}) is damaged", printable(path), want.id.brief()))
        .hint("`mlo pull` fetches it again");
  }
  if (links == OuterLinks::refuse && want.kind == TreeEntryKind::symlink && !is_inner_link(path, store.get(want.id))) {
    throw Error(ErrorKind::corrupt,
                fmt::format("the version has a symlink `{}` that leads out of the data", printable(path)))
        .hint("do not trust where this version came from");
  }
}

std::uint64_t count_files(const ObjectStore& store, const Digest& tree, std::uint64_t limit) {
  std::uint64_t files = 0;
  std::vector<Digest> left{tree};
  while (!left.empty() && files < limit) {
    const Digest id = left.back();
    left.pop_back();
    for (const TreeEntry& entry : store.get_tree(id)) {
      if (entry.kind == TreeEntryKind::directory)
        left.push_back(entry.id);
      else
        ++files;
    }
  }
  return files;
}

void stage_tree(const World& world, const ObjectStore& store, const Digest& tree, const TreeTarget& target,
                const StageOptions& options) {
  TreeStager(world, store, target, options).run(tree);
}

}  // namespace mlo

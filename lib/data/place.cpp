#include "lib/data/place.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "lib/data/scan.hpp"
#include "lib/util/copy_file.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/workspace/stat_cache.hpp"

namespace mlo {
namespace {

[[noreturn]] void throw_moved(const std::string& path, std::string_view what) {
  throw Error(ErrorKind::conflict, fmt::format("cannot check out `{}`: {}", printable(path), what))
      .hint("repeat the command when nothing else changes the data");
}

}  // namespace

bool is_same_file(const FileStat& now, const FileStat& staged) {
  return now.inode == staged.inode && now.size == staged.size && now.mtime_ns == staged.mtime_ns;
}

Place::Place(fs::path root, std::string path, bool directory, bool few, fs::path home)
    : root_(std::move(root)), home_(std::move(home)), path_(std::move(path)), directory_(directory), few_(few) {}

UniqueFd Place::open_directory(const std::string& repo_path, bool make) const {
  UniqueFd fd(::open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw_errno("open", root_.string());
  if (repo_path.empty()) return fd;
  for (const std::string_view segment : split(repo_path, '/')) {
    const std::string name(segment);
    if (make && ::mkdirat(fd.get(), name.c_str(), 0777) != 0 && errno != EEXIST)
      throw_errno("make directory", printable(repo_path));
    UniqueFd next(::openat(fd.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next && (errno == ELOOP || errno == ENOTDIR)) {
      throw_moved(repo_path, fmt::format("`{}` is a symlink or no directory", printable(name)));
    }
    if (!next) throw_errno("open", printable(repo_path));
    fd = std::move(next);
  }
  return fd;
}

Place::Spot Place::locate(const std::string& path) {
  const std::string full = child_path(path_, path);
  const std::size_t slash = full.rfind('/');
  const std::string parent = slash == std::string::npos ? "" : full.substr(0, slash);
  if (!open_ || parent != open_path_) {
    open_ = open_directory(parent, /*make=*/true);
    open_path_ = parent;
  }
  return {open_.get(), full.substr(slash == std::string::npos ? 0 : slash + 1)};
}

StagingDir& Place::staging() {
  const std::lock_guard lock(mutex_);
  if (staging_) return *staging_;
  // Inside the data where that is possible: the data may be a mount of its own, and there git sees nothing of it.
  const auto there = directory_ ? find_stat("") : std::nullopt;
  const std::size_t slash = path_.rfind('/');
  std::string parent = slash == std::string::npos ? "" : path_.substr(0, slash);
  if (there && there->kind == FileKind::directory) parent = path_;
  const UniqueFd fd = open_directory(parent, /*make=*/true);
  // By descriptor: the path may have become another one since.
  const fs::path beside = fs::canonical(fmt::format("/proc/self/fd/{}", fd.get()));
  staging_ = std::make_unique<StagingDir>(StagingDir::choose_parent(home_, beside));
  return *staging_;
}

Place::StagedFile Place::stage_file(const ObjectStore& store, const Digest& id, bool executable, LinkType link) {
  StagingDir& staged = staging();
  std::string name = staged.new_name();
  const fs::path file = staged.path() / name;
  const UniqueFd fd = store.check_out_at(id, staged.fd(), name, file, executable, link);
  if (few_) fsync_fd(fd.get(), file);
  return {std::move(name), stat_fd(fd.get(), file)};
}

std::string Place::stage_link(const std::string& target) {
  StagingDir& staged = staging();
  std::string name = staged.create(0600).name;
  staged.remove(name);
  if (::symlinkat(target.c_str(), staged.fd(), name.c_str()) != 0)
    throw_errno("create a symlink in", staged.path().string());
  return name;
}

std::optional<Place::StagedFile> Place::stage_hard_link(const ObjectStore& store, const Digest& id) {
  StagingDir& staged = staging();
  std::string name = staged.new_name();
  const UniqueFd fd = store.link_at(id, staged.fd(), name);
  if (!fd) return std::nullopt;
  const FileStat stat = stat_fd(fd.get(), staged.path());
  return StagedFile{std::move(name), stat};
}

Place::StagedFile Place::stage_copy(int from, bool executable) {
  StagingDir& staged = staging();
  StagingDir::File file = staged.create(executable ? 0755 : 0644);
  const fs::path path = staged.path() / file.name;
  copy_contents(from, file.fd.get(), path);
  if (few_) fsync_fd(file.fd.get(), path);
  return {std::move(file.name), stat_fd(file.fd.get(), path)};
}

std::string Place::stage_tree(const World& world, const ObjectStore& store, const Digest& tree, const std::string& path,
                              LinkType link, const OnFile& on_file) {
  std::string name = staging().new_name();
  mlo::stage_tree(world, store, tree, {staging().fd(), name, path}, {link, few_, on_file});
  return name;
}

void Place::sync() {
  if (staging_ && !few_) sync_file_system(staging_->fd(), staging_->path());
}

void Place::require_same(const Spot& spot, const std::string& shown, const FileStat& expected) const {
  const auto there = find_stat_at(spot.directory, spot.name, shown);
  // Where a link takes the place of a file, or goes, the other names of its file see it.
  if (!there || (*there != expected && !StatCache::same(expected, *there))) throw_moved(shown, "it changed meanwhile");
}

void Place::publish(const std::string& staged, const std::string& path, const FileStat* replaced) {
  const Spot spot = locate(path);
  const std::string shown = child_path(path_, path);
  if (replaced == nullptr) {
    if (::renameat2(staging_->fd(), staged.c_str(), spot.directory, spot.name.c_str(), RENAME_NOREPLACE) == 0) return;
    if (errno == EEXIST) throw_moved(shown, "a file appeared there meanwhile");
    if (errno != EINVAL && errno != ENOSYS) throw_errno("rename to", printable(shown));
    if (find_stat_at(spot.directory, spot.name, shown)) throw_moved(shown, "a file appeared there meanwhile");
  } else {
    require_same(spot, shown, *replaced);
  }
  if (::renameat(staging_->fd(), staged.c_str(), spot.directory, spot.name.c_str()) != 0)
    throw_errno("rename to", printable(shown));
}

void Place::make_directory(const std::string& path) {
  const Spot spot = locate(path);
  if (::mkdirat(spot.directory, spot.name.c_str(), 0777) == 0) return;
  const std::string shown = child_path(path_, path);
  if (errno != EEXIST) throw_errno("make directory", printable(shown));
  const auto there = find_stat_at(spot.directory, spot.name, shown);
  if (!there || there->kind != FileKind::directory) throw_moved(shown, "something that is no directory appeared there");
}

void Place::remove_file(const std::string& path, const FileStat& expected) {
  const Spot spot = locate(path);
  const std::string shown = child_path(path_, path);
  require_same(spot, shown, expected);
  if (::unlinkat(spot.directory, spot.name.c_str(), 0) != 0) throw_errno("remove", printable(shown));
}

void Place::remove_directory(const std::string& path, bool must) {
  const Spot spot = locate(path);
  if (::unlinkat(spot.directory, spot.name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return;
  const std::string shown = child_path(path_, path);
  if (errno != ENOTEMPTY && errno != EEXIST && errno != EBUSY) throw_errno("remove", printable(shown));
  if (must) throw_moved(shown, "files appeared in the directory");
}

std::optional<FileStat> Place::find_stat(const std::string& path) {
  const Spot spot = locate(path);
  return find_stat_at(spot.directory, spot.name, child_path(path_, path));
}

}  // namespace mlo

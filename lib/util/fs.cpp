#include "lib/util/fs.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

FileKind kind_of(mode_t mode) {
  if (S_ISREG(mode)) return FileKind::file;
  if (S_ISDIR(mode)) return FileKind::directory;
  if (S_ISLNK(mode)) return FileKind::symlink;
  return FileKind::other;
}

FileStat convert(const struct stat& st) {
  const auto nanos = [](const timespec& t) { return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec; };
  return {kind_of(st.st_mode), static_cast<std::uint64_t>(st.st_size),
          nanos(st.st_mtim),   nanos(st.st_ctim),
          st.st_ino,           st.st_dev,
          st.st_mode,          S_ISREG(st.st_mode) && st.st_nlink > 1};
}

FileKind kind_of_entry(const dirent& entry, int dir_fd) {
  switch (entry.d_type) {
    case DT_REG:
      return FileKind::file;
    case DT_DIR:
      return FileKind::directory;
    case DT_LNK:
      return FileKind::symlink;
    case DT_UNKNOWN: {
      struct stat st {};
      return fstatat(dir_fd, entry.d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? kind_of(st.st_mode) : FileKind::other;
    }
    default:
      return FileKind::other;
  }
}

std::string read_fd(int fd, const fs::path& path, std::uint64_t limit) {
  const FileStat st = stat_fd(fd, path);
  if (st.kind != FileKind::file) {
    throw Error(ErrorKind::invalid, fmt::format("cannot read `{}`: not a regular file", path.string()));
  }
  std::string out;
  // One byte more than the size finds the end without a second read, and a file that grows is read to its end.
  for (std::size_t used = 0;;) {
    out.resize(std::max<std::size_t>(used + 65536, st.size + 1));
    const ssize_t n = ::read(fd, out.data() + used, out.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", path.string());
    used += static_cast<std::size_t>(n);
    if (used > limit) {
      throw Error(ErrorKind::invalid,
                  fmt::format("cannot read `{}`: larger than {}", path.string(), format_bytes({limit})));
    }
    if (n == 0) {
      out.resize(used);
      return out;
    }
  }
}

}  // namespace

UniqueFd& UniqueFd::operator=(UniqueFd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

void UniqueFd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::optional<FileStat> find_stat(const fs::path& path) {
  struct stat st {};
  if (::lstat(path.c_str(), &st) == 0) return convert(st);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw_errno("inspect", path.string());
}

FileStat stat_fd(int fd, const fs::path& path) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) throw_errno("inspect", path.string());
  return convert(st);
}

std::optional<FileStat> find_stat_at(int dir_fd, const std::string& name, std::string_view path) {
  struct stat st {};
  if (::fstatat(dir_fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) return convert(st);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw_errno("inspect", path);
}

std::vector<DirEntry> list_dir(const fs::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw_errno("list", path.string());
  return list_dir_fd(fd.get(), path);
}

std::vector<DirEntry> list_dir_fd(int fd, const fs::path& path) {
  // A description of its own: the stream moves the offset, and closes what it was given.
  UniqueFd own(::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(own ? ::fdopendir(own.get()) : nullptr, ::closedir);
  if (!dir) throw_errno("list", path.string());
  own.release();
  std::vector<DirEntry> entries;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(dir.get());
    if (entry == nullptr) {
      if (errno != 0) throw_errno("list", path.string());
      break;
    }
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") entries.push_back({std::string(name), kind_of_entry(*entry, ::dirfd(dir.get()))});
  }
  std::sort(entries.begin(), entries.end(), [](const DirEntry& a, const DirEntry& b) { return a.name < b.name; });
  return entries;
}

UniqueFd open_read(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) throw_errno("open", path.string());
  return fd;
}

std::string read_file(const fs::path& path, std::uint64_t limit) { return read_fd(open_read(path).get(), path, limit); }

std::optional<std::string> find_file(const fs::path& path, std::uint64_t limit) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!fd) throw_errno("open", path.string());
  return read_fd(fd.get(), path, limit);
}

std::string read_link(const fs::path& path) {
  std::string target(256, '\0');
  for (;;) {
    const ssize_t n = ::readlink(path.c_str(), target.data(), target.size());
    if (n < 0) throw_errno("read link", path.string());
    if (static_cast<std::size_t>(n) < target.size()) {
      target.resize(static_cast<std::size_t>(n));
      return target;
    }
    target.resize(target.size() * 2);
  }
}

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("write", path.string());
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void fsync_fd(int fd, const fs::path& path) {
  if (::fsync(fd) != 0) throw_errno("sync", path.string());
}

void fsync_dir(const fs::path& dir) {
  const UniqueFd fd(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw_errno("open", dir.string());
  // Some network file systems cannot sync a directory; they order renames themselves.
  if (::fsync(fd.get()) != 0 && errno != EINVAL) throw_errno("sync", dir.string());
}

void sync_file_system(int fd, const fs::path& path) {
  if (::syncfs(fd) != 0) throw_errno("sync", path.string());
}

void make_dirs(const fs::path& path) {
  if (::mkdir(path.c_str(), 0777) == 0) {
    fsync_dir(path.parent_path());
    return;
  }
  if (errno == EEXIST) {
    struct stat st {};
    if (::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode)) return;
    errno = ENOTDIR;
    throw_errno("make directory", path.string());
  }
  if (errno != ENOENT || path.parent_path() == path) throw_errno("make directory", path.string());
  make_dirs(path.parent_path());
  make_dirs(path);
}

void rename_path(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_errno("rename to", to.string());
}

bool remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw_errno("remove", path.string());
}

void remove_tree(const fs::path& path) {
  std::error_code code;
  do {
    fs::remove_all(path, code);
  } while (code == std::errc::no_such_file_or_directory);  // somebody else removes it too
  if (code) throw Error(ErrorKind::io, fmt::format("cannot remove `{}`: {}", path.string(), code.message()));
}

TempFile::TempFile(const fs::path& dir) {
  std::string name = (dir / ".mlo-tmp-XXXXXX").string();
  fd_ = UniqueFd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd_) throw_errno("create a file in", dir.string());
  path_ = name;
}

TempFile TempFile::beside(const fs::path& target) {
  const fs::path name = target.parent_path() / (".mlo-tmp-" + target.filename().native());
  UniqueFd fd(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  struct stat opened {
  }, named{};
  // Its last owner may have renamed or removed it between open and lock: then the name is no longer this file.
  const bool ours = fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0 && ::fstat(fd.get(), &opened) == 0 &&
                    S_ISREG(opened.st_mode) && ::lstat(name.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
                    opened.st_dev == named.st_dev && ::ftruncate(fd.get(), 0) == 0;
  return ours ? TempFile(name, std::move(fd)) : TempFile(target.parent_path());
}
TempFile::~TempFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

void TempFile::publish(const fs::path& target, std::uint32_t mode, Durability durability) {
  if (::fchmod(fd_.get(), mode) != 0) throw_errno("set the mode of", path_.string());
  if (durability != Durability::cache) fsync_fd(fd_.get(), path_);
  rename_path(path_, target);
  path_.clear();
  if (durability == Durability::durable) fsync_dir(target.parent_path());
}

void write_file(const fs::path& path, std::string_view bytes, Durability durability, std::uint32_t mode) {
  make_dirs(path.parent_path());
  TempFile temp = TempFile::beside(path);
  write_all(temp.fd(), bytes, path);
  temp.publish(path, mode, durability);
}

MappedFile::MappedFile(const fs::path& path) {
  const UniqueFd fd = open_read(path);
  const FileStat st = stat_fd(fd.get(), path);
  if (st.kind != FileKind::file) {
    throw Error(ErrorKind::invalid, fmt::format("cannot read `{}`: not a regular file", path.string()));
  }
  if (st.size == 0) return;
  void* address = ::mmap(nullptr, st.size, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (address == MAP_FAILED) throw_errno("map", path.string());
  view_ = {static_cast<const char*>(address), st.size};
}

MappedFile::~MappedFile() {
  if (!view_.empty()) ::munmap(const_cast<char*>(view_.data()), view_.size());
}

bool is_safe_relative(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) return false;
  for (const std::string_view segment : split(path, '/')) {
    if (segment.empty() || segment == "." || segment == ".." || to_lower(segment) == ".git") return false;
  }
  return true;
}

fs::path absolute_in(const fs::path& base, const fs::path& path) {
  fs::path full = (base / path).lexically_normal();
  if (!full.has_filename() && full.has_parent_path() && full != full.root_path()) full = full.parent_path();
  return full;
}

std::optional<std::string> relative_to(const fs::path& root, const fs::path& path) {
  const std::string r = root.string(), p = path.string();
  if (p == r) return "";
  const std::string prefix = r == "/" ? r : r + "/";
  if (!p.starts_with(prefix)) return std::nullopt;
  return p.substr(prefix.size());
}

}  // namespace mlo

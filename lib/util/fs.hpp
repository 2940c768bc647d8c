#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/util/bytes.hpp"

// Files as mlo writes them. Every function throws Error{io|not_found} naming the path unless it says otherwise; all are
// safe from any thread on different paths.
namespace mlo {

namespace fs = std::filesystem;

/// Owns one file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept;
  ~UniqueFd() { reset(); }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void reset();
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

enum class FileKind : std::uint8_t { file, directory, symlink, other };

/// What lstat says, at full resolution.
struct FileStat {
  FileKind kind = FileKind::other;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t inode = 0;
  std::uint64_t device = 0;
  std::uint32_t mode = 0;
  bool has_other_names = false;  ///< hard links of a file
  bool executable() const { return (mode & 0100U) != 0; }
  bool operator==(const FileStat&) const = default;
};

struct DirEntry {
  std::string name;
  FileKind kind;
};

/// durable: on disk when the call returns. complete: a power cut may take back the replacement, never shows a part of
/// it. cache: atomically replaced, but a power cut may lose or empty it; only for what can be rebuilt.
enum class Durability { durable, complete, cache };

/// Nothing if there is no such file (ENOENT, ENOTDIR).
std::optional<FileStat> find_stat(const fs::path& path);
FileStat stat_fd(int fd, const fs::path& path);
/// Entries without `.` and `..`, sorted by the bytes of their names.
std::vector<DirEntry> list_dir(const fs::path& path);
/// The same for an open directory and a name in it; `path` only words errors. Immune to what happens to the path
/// meanwhile.
std::vector<DirEntry> list_dir_fd(int fd, const fs::path& path);
std::optional<FileStat> find_stat_at(int dir_fd, const std::string& name, std::string_view path);

/// The whole file; Error{invalid} if it is larger than `limit` or not a regular file.
std::string read_file(const fs::path& path, std::uint64_t limit = UINT64_MAX);
/// Nothing if there is no such file.
std::optional<std::string> find_file(const fs::path& path, std::uint64_t limit = UINT64_MAX);
std::string read_link(const fs::path& path);
UniqueFd open_read(const fs::path& path);

/// Replaces `path` by `bytes` so that a reader or a crash sees the old content or the new: temporary file in the same
/// directory, write, fsync, rename, fsync of the directory. Missing parents are made.
void write_file(const fs::path& path, std::string_view bytes, Durability durability = Durability::durable,
                std::uint32_t mode = 0644);
void write_all(int fd, std::string_view bytes, const fs::path& path);
void fsync_fd(int fd, const fs::path& path);
void fsync_dir(const fs::path& dir);
/// Everything written so far to the file system that holds `fd`, files and names, is on disk afterwards: what makes
/// thousands of small files durable for the price of one.
void sync_file_system(int fd, const fs::path& path);
/// Makes the directory and its parents durably (each new one's parent is fsynced).
void make_dirs(const fs::path& path);
void rename_path(const fs::path& from, const fs::path& to);
/// True if something was removed; a missing path is false.
bool remove_file(const fs::path& path);
void remove_tree(const fs::path& path);

/// A new file beside its future place. Removed on destruction unless published.
class TempFile {
 public:
  /// Creates `dir/.mlo-tmp-XXXXXX` with mode 0600; `dir` must exist.
  explicit TempFile(const fs::path& dir);
  /// `.mlo-tmp-NAME` beside `target`, locked: what a killed process left of it is taken over, so no litter outlives the
  /// next write. A name of its own if another process is writing the same file now.
  static TempFile beside(const fs::path& target);
  TempFile(TempFile&&) noexcept = default;
  TempFile& operator=(TempFile&&) = delete;
  ~TempFile();
  int fd() const { return fd_.get(); }
  const fs::path& path() const { return path_; }
  /// Sets the mode, syncs unless it is a cache, renames over `target` (same file system), syncs the directory if
  /// durable.
  void publish(const fs::path& target, std::uint32_t mode, Durability durability);

 private:
  TempFile(fs::path path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  fs::path path_;
  UniqueFd fd_;
};

/// A read-only view of a file's bytes, unmapped on destruction. An empty file maps to no bytes.
class MappedFile {
 public:
  explicit MappedFile(const fs::path& path);
  MappedFile(MappedFile&& other) noexcept : view_(std::exchange(other.view_, {})) {}
  MappedFile& operator=(MappedFile&&) = delete;
  ~MappedFile();
  std::string_view bytes() const { return view_; }

 private:
  std::string_view view_;
};

/// True for a path that stays below its root wherever it is resolved: relative, `/`-separated, no empty, `.` or `..`
/// segment, no NUL, not `.git` in any case in any segment.
bool is_safe_relative(std::string_view path);
/// `path` made absolute against `base` and lexically normalized, without a trailing slash.
fs::path absolute_in(const fs::path& base, const fs::path& path);
/// `path` relative to `root` with `/`; nothing if it is not below `root` (both absolute and normalized). "" for root.
std::optional<std::string> relative_to(const fs::path& root, const fs::path& path);

}  // namespace mlo

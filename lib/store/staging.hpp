#pragma once
#include <atomic>
#include <string>
#include <string_view>

#include "lib/util/fs.hpp"

namespace mlo {

/// A private directory for files on their way to a place on the same file system. A lock says that its owner lives;
/// what killed processes left behind is removed by the next StagingDir in the same parent. Gone with its files on
/// destruction.
class StagingDir {
 public:
  /// `parent` must exist.
  explicit StagingDir(const fs::path& parent);
  StagingDir(const StagingDir&) = delete;
  ~StagingDir();

  int fd() const { return dir_.get(); }
  const fs::path& path() const { return path_; }
  /// False once somebody removed it.
  bool exists() const;

  struct File {
    UniqueFd fd;
    std::string name;  ///< in this directory
  };
  /// A new, empty, open file. Safe from any thread.
  File create(std::uint32_t mode);
  void remove(const std::string& name);
  /// For something else than a file; nothing is made.
  std::string new_name() { return std::to_string(next_.fetch_add(1)); }

  /// `home` (made if missing) if files can be renamed from there into `target_dir`, else `target_dir`: litter of killed
  /// processes should not lie in the user's work tree.
  static fs::path choose_parent(const fs::path& home, const fs::path& target_dir);

  /// True for the names that staging uses: never part of anybody's data.
  static bool owns(std::string_view name) { return name.starts_with(".mlo-stage-") || name.starts_with(".mlo-tmp-"); }

 private:
  fs::path lock_path_, path_;
  UniqueFd lock_, dir_;
  std::atomic<std::uint64_t> next_ = 0;
};

}  // namespace mlo

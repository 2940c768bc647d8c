#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "lib/store/object_store.hpp"
#include "lib/store/staging.hpp"

namespace mlo {

/// The place of one dataset in the work tree while it is changed. Paths are relative to the dataset, "" is the dataset
/// itself. Every step goes from directory to directory by descriptor and stops at a symlink with Error{conflict}, so a
/// link put there at any moment leads nowhere.
class Place {
 public:
  /// What is staged is going to be `files` files: a few are synced one by one. `directory`: whether the dataset is one.
  /// New content waits in `home` if that is on the same file system, else beside its future place.
  Place(fs::path root, std::string path, bool directory, std::size_t files, fs::path home);

  /// New content on its way; returns its staged name. Safe from any thread.
  std::string stage_file(const ObjectStore& store, const Digest& id, bool executable, LinkType link);
  std::string stage_link(const std::string& target);
  /// What was staged is on disk afterwards.
  void sync();

  /// Renames staged content to `path`. `replaced`: what stands there now; Error{conflict} if it is not that any more,
  /// or if something stands there and it is null.
  void publish(const std::string& staged, const std::string& path, const FileStat* replaced);
  void make_directory(const std::string& path);
  void remove_file(const std::string& path, const FileStat& expected);
  /// A directory that is not empty stays, or is an Error{conflict} if it must go.
  void remove_directory(const std::string& path, bool must);
  std::optional<FileStat> find_stat(const std::string& path);

 private:
  struct Spot {
    int directory;
    std::string name;
  };
  /// The open directory around `path`, and its name there.
  Spot locate(const std::string& path);
  UniqueFd open_directory(const std::string& repo_path, bool make) const;
  StagingDir& staging();

  fs::path root_;
  fs::path home_;
  std::string path_;
  bool directory_;
  bool few_;
  std::mutex mutex_;
  std::unique_ptr<StagingDir> staging_;
  std::string open_path_;  ///< of the directory last used: neighbours follow each other
  UniqueFd open_;
};

}  // namespace mlo

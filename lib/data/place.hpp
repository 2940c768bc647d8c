#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "lib/data/stage_tree.hpp"
#include "lib/store/object_store.hpp"
#include "lib/store/staging.hpp"

namespace mlo {

/// Whether a rename alone changed the file since: what it holds is what was written.
bool is_same_file(const FileStat& now, const FileStat& staged);

/// The place of one dataset in the work tree while it is changed. Paths are relative to the dataset, "" is the dataset
/// itself. Every step goes from directory to directory by descriptor and stops at a symlink with Error{conflict}, so a
/// link put there at any moment leads nowhere.
class Place {
 public:
  /// `few`: what is staged is synced file by file. `directory`: whether the dataset is one. New content waits in `home`
  /// if that is on the same file system, else beside its future place.
  Place(fs::path root, std::string path, bool directory, bool few, fs::path home);

  /// Content on its way, by its staged name.
  struct StagedFile {
    std::string name;
    FileStat stat;
  };
  /// Safe from any thread, as all that stage one file.
  StagedFile stage_file(const ObjectStore& store, const Digest& id, bool executable, LinkType link);
  std::string stage_link(const std::string& target);
  /// A second name of the object's own file; nothing where ObjectStore::link_at makes none.
  std::optional<StagedFile> stage_hard_link(const ObjectStore& store, const Digest& id);
  /// The bytes of an open file, in a writable one.
  StagedFile stage_copy(int from, bool executable);
  /// A directory with all below it, that is going to be at `path`; returns its staged name.
  std::string stage_tree(const World& world, const ObjectStore& store, const Digest& tree, const std::string& path,
                         LinkType link, const OnFile& on_file);
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
  void require_same(const Spot& spot, const std::string& shown, const FileStat& expected) const;
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

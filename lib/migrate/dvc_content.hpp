#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "lib/migrate/dvc_files.hpp"
#include "lib/remote/remote.hpp"
#include "lib/store/object_store.hpp"
#include "lib/store/staging.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo::dvc {

/// What is in none of the places that were looked at.
struct Missing {
  std::string path;  ///< of the data, below the repository root
  std::string md5;
};

/// Brings what DVC calls by MD5s into mlo's store: from DVC's cache (of 3.x, of 2.x), else from the work tree, else
/// from DVC's remotes as far as mlo can read their kind. MD5s are verified with the bytes that are stored. Files that
/// several datasets share are read once.
class Content {
 public:
  explicit Content(const Workspace& workspace);
  ~Content();

  /// The tree of an output, in the store when this returns; nothing if something of it is missing, which is added to
  /// `missing`. Error{corrupt} naming the file whose bytes are not what their MD5 says.
  std::optional<TreeEntry> bring(const Out& out, std::vector<Missing>& missing);
  /// Whether a symlink's target is an object of DVC's cache: a work tree that DVC linked.
  bool is_in_cache(const fs::path& target) const;
  /// Remotes that mlo cannot read, for the error about what is missing.
  std::vector<std::string> unreadable_remotes() const;

 private:
  struct Wanted {
    std::string path, md5;
    bool directory = false, text_md5 = false;
  };
  struct NamedPlace {
    std::string name;
    std::unique_ptr<Place> place;
  };
  struct Known {
    Digest id;
    std::uint64_t size = 0;
  };
  std::optional<Known> bring_file(ObjectStore::Batch& batch, const Wanted& wanted);
  std::optional<Known> try_file(ObjectStore::Batch& batch, const Wanted& wanted, const fs::path& file, bool must);
  std::optional<fs::path> download(const Wanted& wanted);
  std::optional<TreeEntry> bring_directory(const Out& out, std::vector<Missing>& missing);

  const Workspace& workspace_;
  fs::path cache_;
  std::vector<RemoteConfig> configs_;
  std::vector<NamedPlace> remotes_;
  std::mutex mutex_;  ///< of what follows
  std::map<std::string, Known> known_;
  std::unique_ptr<StagingDir> staging_;
};

}  // namespace mlo::dvc

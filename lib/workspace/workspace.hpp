#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/codec/value.hpp"
#include "lib/git/repository.hpp"
#include "lib/git/work_tree.hpp"
#include "lib/store/object_store.hpp"
#include "lib/util/lock_file.hpp"
#include "lib/util/world.hpp"

namespace mlo {

struct RemoteConfig {
  std::string name;
  std::string url;  ///< a directory (absolute, or relative to the repository root), or file://
};

/// `.mlo/config.yaml` (committed) with `.mlo/local/config.yaml` (this machine) on top. Kind `config/1`.
struct Config {
  std::vector<RemoteConfig> remotes;   ///< sorted by name
  std::string default_remote;          ///< empty: the only one, or `origin`
  LinkType link = LinkType::reflink;
  bool autocommit = false;
  std::string runs_ref = "refs/mlo/runs";
};

/// A git repository with `.mlo` in it. One object per command; not thread-safe except where its parts say so.
class Workspace {
 public:
  /// The workspace around `world.cwd`. Error{not_found} with the line to type outside git or before `mlo init`. Repairs a
  /// missing `.mlo/local` link. Refuses a format version newer than this mlo.
  static Workspace open(World& world);
  /// Makes `.mlo` in the git repository around `world.cwd`; idempotent. Returns whether anything was made.
  static bool init(World& world);

  Workspace(Workspace&&) noexcept;
  ~Workspace();
  World& world() const;
  const fs::path& root() const;   ///< the git work tree's top
  fs::path mlo_dir() const;       ///< root/.mlo
  const fs::path& local() const;  ///< $GIT_COMMON_DIR/mlo
  git::Repository& repo() const;
  git::WorkTree work_tree() const;
  ObjectStore& store() const;
  const Config& config() const;
  void save_config(const Config& config);

  /// The short lock that guards manifests, mlo.lock and gc. Waits up to 60 s by default.
  LockFile lock_manifests(std::string_view owner, std::chrono::milliseconds wait = std::chrono::seconds(60)) const;

  /// A path the user typed (absolute or relative to world.cwd), relative to root() with `/`. Error{usage} outside the
  /// repository, inside `.git` or `.mlo`.
  std::string to_repo_path(std::string_view typed) const;

 private:
  struct State;
  explicit Workspace(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mlo

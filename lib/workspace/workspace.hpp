#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/git/repository.hpp"
#include "lib/git/work_tree.hpp"
#include "lib/store/object_store.hpp"
#include "lib/util/lock_file.hpp"
#include "lib/util/world.hpp"
#include "lib/workspace/config.hpp"
#include "lib/workspace/stat_cache.hpp"

namespace mlo {

/// A git repository with `.mlo` in it. One object per command; not thread-safe except where its parts say so.
class Workspace {
 public:
  /// The workspace around `world.cwd`. Error{not_found} with the line to type outside git or before `mlo init`. Repairs
  /// a missing `.mlo/local` link. Refuses a format version newer than this mlo, and a `.mlo` whose directories are
  /// symlinks (a hostile repository could aim them anywhere).
  static Workspace open(World& world);
  /// Makes `.mlo` in the git repository around `world.cwd` and stages its files; idempotent. Returns whether anything
  /// was made.
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
  /// Writes what differs from config() into `.mlo/config.yaml`; takes lock_manifests itself.
  void save_config(const Config& config);
  /// Writes where objects lie from now on into `.mlo/local/config.yaml`; "": in the repository. The open store stays.
  void save_cache_dir(const std::string& dir);
  /// The stat cache of this work tree; one object per command is enough.
  StatCache stat_cache() const;

  /// The short lock that guards manifests, mlo.lock and gc. Waits up to 60 s by default.
  LockFile lock_manifests(std::string_view owner, std::chrono::milliseconds wait = std::chrono::seconds(60)) const;

  /// A path the user typed (absolute or relative to world.cwd), relative to root() with `/`; "" is root() itself.
  /// Symlinked directories on the way are resolved; the last name is not. Error{usage} outside the repository, also
  /// through a symlink, inside `.git` or `.mlo`, or not UTF-8.
  std::string to_repo_path(std::string_view typed) const;

 private:
  struct State;
  explicit Workspace(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mlo

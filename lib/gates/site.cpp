#include "lib/gates/site.hpp"

#include "lib/pipeline/content.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

/// Of a hook that calls mlo: they name the outer command's work tree and index.
Environment without_git(Environment env) {
  for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"})
    env.erase(name);
  return env;
}

}  // namespace

EvaluationSite::Slot EvaluationSite::take_slot(const fs::path& home) {
  make_dirs(home);
  for (unsigned i = 0;; ++i) {
    std::string name = fmt::format("mlo-gates-{}", i);
    if (auto lock = LockFile::try_acquire(home / (name + ".lock"), "mlo promote"))
      return {std::move(name), std::move(*lock)};
  }
}

EvaluationSite::EvaluationSite(const Workspace& from, git::ObjectId commit)
    : common_(from.repo().common_dir()),
      slot_(take_slot(from.local() / "worktrees")),
      root_(from.local() / "worktrees" / slot_.name),
      env_(without_git(from.world().env)),
      world_{from.world().clock, from.world().rng,     env_, from.world().log, from.world().progress,
             from.world().stop,  from.world().threads, root_} {
  remove();
  try {
    from.work_tree().run(
        {"-c", "core.hooksPath=/dev/null", "worktree", "add", "--quiet", "--detach", root_.string(), commit.hex()});
    workspace_.emplace(Workspace::open(world_));
  } catch (Error& error) {
    remove();
    throw error.prefix(fmt::format("cannot check out `{}` for the evaluation", commit.hex().substr(0, 12)));
  }
}

EvaluationSite::~EvaluationSite() { remove(); }

void EvaluationSite::remove() noexcept {
  workspace_.reset();
  // What git keeps about a work tree is under the name of its directory, which nobody else may use while the slot is
  // locked.
  for (const fs::path& path : {root_, common_ / "worktrees" / slot_.name,
                               common_ / "mlo" / "stat" / fmt::format("worktree-{}.idx", slot_.name)}) {
    try {
      remove_tree(path);
    } catch (const Error& error) {
      world_.log.warn(error.message());
    }
  }
  std::error_code ignored;
  fs::remove(common_ / "worktrees", ignored);  // as git does: only if it is empty
}

void EvaluationSite::put_model(const ModelManifest& model, const std::string& path) {
  const Artifact& artifact = model.model;
  StatCache cache = workspace_->stat_cache();
  WorkContent work(*workspace_, cache);
  try {
    work.restore(path, {artifact.id, artifact.directory, /*executable=*/false, artifact.bytes,
                        artifact.directory ? artifact.files : 1});
  } catch (Error& error) {
    if (error.kind() == ErrorKind::not_found) error.hint("fetch it with `mlo pull`");
    throw error.prefix(fmt::format("the model of `{}@{}`", model.name, model.version));
  }
}

}  // namespace mlo

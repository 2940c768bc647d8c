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

/// Evaluations are recorded as runs, which have an author; in CI git often knows of none.
Environment site_environment(const Workspace& from) {
  Environment env = without_git(from.world().env);
  if (!from.repo().find_identity(env, UtcTime())) {
    for (const std::string role : {"GIT_AUTHOR_", "GIT_COMMITTER_"}) {
      env[role + "NAME"] = "mlo";
      env[role + "EMAIL"] = "mlo@localhost";
    }
  }
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
      listed_(common_ / "worktrees" / slot_.name),
      aside_(from.local() / "worktrees" / (slot_.name + ".git")),
      env_(site_environment(from)),
      world_{from.world().clock, from.world().rng,     env_, from.world().log, from.world().progress,
             from.world().stop,  from.world().threads, root_} {
  remove();
  try {
    add(commit);
    workspace_.emplace(Workspace::open(world_));
  } catch (Error& error) {
    remove();
    throw error.prefix(fmt::format("cannot check out `{}` for the evaluation", commit.hex().substr(0, 12)));
  }
}

EvaluationSite::~EvaluationSite() { remove(); }

/// `git worktree add` writes its HEAD in two steps, and git finds fault with a repository that was cut between them. So
/// what git keeps about a work tree is made aside and appears, and goes, by one rename. It is named after the work
/// tree's directory, a name that nobody else may use while the slot is locked.
void EvaluationSite::add(git::ObjectId commit) {
  write_file(root_ / ".git", fmt::format("gitdir: {}\n", listed_.string()));
  write_file(aside_ / "HEAD", commit.hex() + "\n");
  write_file(aside_ / "commondir", "../..\n");
  write_file(aside_ / "gitdir", (root_ / ".git").string() + "\n");
  make_dirs(listed_.parent_path());
  rename_path(aside_, listed_);
  git::WorkTree(root_, env_).run({"-c", "core.hooksPath=/dev/null", "reset", "--hard", "--quiet"});
}

void EvaluationSite::remove() noexcept {
  workspace_.reset();
  try {
    remove_tree(aside_);
    if (find_stat(listed_)) rename_path(listed_, aside_);
    remove_tree(root_);
    remove_tree(aside_);
    remove_file(common_ / "mlo" / "stat" / fmt::format("worktree-{}.idx", slot_.name));
  } catch (const Error& error) {
    world_.log.warn(error.message());
  }
  std::error_code ignored;
  fs::remove(listed_.parent_path(), ignored);  // as git does: only if it is empty
}

void EvaluationSite::put_model(const ModelManifest& model, const std::string& path) {
  const Artifact& artifact = model.model;
  StatCache cache = workspace_->stat_cache();
  WorkContent work(*workspace_, cache);
  try {
    work.restore(path, {artifact.id, artifact.directory, /*executable=*/false, artifact.bytes,
                        artifact.directory ? artifact.files : 1});
  } catch (Error& error) {
    throw error.prefix(fmt::format("the model of `{}@{}`", model.name, model.version));
  }
}

}  // namespace mlo

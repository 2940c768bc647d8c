#include "lib/gates/site.hpp"

#include "lib/pipeline/content.hpp"
#include "lib/util/error.hpp"

namespace mlo {
namespace {

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

EvaluationSite::EvaluationSite(const Workspace& from, git::ObjectId commit)
    : SideTree(from, commit, "mlo-gates", "mlo promote", site_environment(from)) {}

void EvaluationSite::put_model(const ModelManifest& model, const std::string& path) {
  const Artifact& artifact = model.model;
  StatCache cache = workspace().stat_cache();
  WorkContent work(workspace(), cache);
  try {
    work.restore(path, {artifact.id, artifact.directory, /*executable=*/false, artifact.bytes,
                        artifact.directory ? artifact.files : 1});
  } catch (Error& error) {
    throw error.prefix(fmt::format("the model of `{}@{}`", model.name, model.version));
  }
}

}  // namespace mlo

#pragma once
#include <optional>
#include <string>

#include "lib/manifest/gate_policy.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

/// What decides about one stage, as the protected ref has it.
struct StagePolicy {
  std::string stage;
  std::optional<GatePolicy> policy;     ///< nothing: no file for this stage, so every version may go there
  std::optional<Digest> id;             ///< of the file's bytes
  std::optional<git::ObjectId> commit;  ///< what the ref points at
  std::string ref;                      ///< where it was read
  bool unprotected = false;             ///< read from HEAD, because neither mlo.policyRef nor origin/HEAD exists
  std::string ignored;                  ///< without a policy: where there is a file for it all the same, for people
};

/// `.mlo/gates/<stage>.yaml` at `git config mlo.policyRef`, else refs/remotes/origin/HEAD, else HEAD; never from the
/// work tree. Error{config} if mlo.policyRef names nothing here (with the `git fetch` line), Error{invalid} for a bad
/// file.
StagePolicy load_stage_policy(const Workspace& workspace, const std::string& stage);

/// Whether `id` is the policy of `stage` at `commit`, and `commit` is one the protected ref contains; nothing if this
/// shallow clone lacks the history that would tell.
std::optional<bool> was_policy(const Workspace& workspace, const std::string& stage, const Digest& id,
                               git::ObjectId commit);

}  // namespace mlo

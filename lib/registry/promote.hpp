#pragma once
#include <string>

#include "lib/gates/evaluate.hpp"
#include "lib/registry/versions.hpp"

namespace mlo {

/// What evaluate_gates is to be asked about a version: the champion is the verified holder of the policy's baseline
/// stage.
GateRequest gate_request(const Workspace& workspace, const ModelVersion& candidate, const StagePolicy& policy,
                         std::vector<GateOverride> overrides);

/// The counter of the newest tag of the stage, good or not; 0 if there is none. Asked before the gates are, it shows
/// later whether somebody was faster.
std::uint64_t stage_counter(const Workspace& workspace, std::string_view name, std::string_view stage);

/// Writes the annotated tag `NAME#STAGE#N`, whose message is a readable summary and the canonical report. No commit is
/// made. Error{verdict} if the verdict is no; Error{conflict} if policy or champion changed since the gates were asked,
/// or somebody took the counter, `seen` being what stage_counter said then.
Assignment promote(Workspace& workspace, const GateVerdict& verdict, std::uint64_t seen);

/// What a rollback would do.
struct RollbackPlan {
  Assignment from;  ///< that holds the stage now, or held it last
  Assignment to;    ///< that held it before
};
/// `to` is a version that held the stage; default: the one before. Error{not_found} if there is nothing to go back to.
RollbackPlan plan_rollback(const Workspace& workspace, const std::string& name, const std::string& stage,
                           const std::optional<std::string>& to);

/// A new assignment of the version that held the stage before the present one (or of `to`, which must have held it).
/// Gates are not asked again; what it stands on is the report of its own promotion. Error{not_found} if there is
/// nothing to go back to.
Assignment rollback(Workspace& workspace, const std::string& name, const std::string& stage,
                    const std::optional<std::string>& to, const std::string& reason);

}  // namespace mlo

#pragma once
#include <string>

#include "lib/gates/evaluate.hpp"
#include "lib/registry/versions.hpp"

namespace mlo {

/// Writes the annotated tag `NAME#STAGE#N`, whose message is a readable summary and the canonical report. No commit is
/// made. Error{verdict} if the verdict is no; Error{conflict} if the champion changed since the gates were asked, or
/// somebody took the counter.
Assignment promote(Workspace& workspace, const GateVerdict& verdict);

/// A new assignment of the version that held the stage before the present one (or of `to`, which must have held it).
/// Metric gates are not asked again; what it stands on is the report of its own promotion. Error{not_found} if there is
/// nothing to go back to.
Assignment rollback(Workspace& workspace, const std::string& name, const std::string& stage,
                    const std::optional<std::string>& to, const std::string& reason);

}  // namespace mlo

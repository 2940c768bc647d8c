#pragma once
#include "cli/context.hpp"
#include "lib/gates/policy.hpp"

namespace mlo::cli {

/// Warns of a policy that anyone can change, and of one that is somewhere but does not count.
void remark_policy(Context& ctx, const StagePolicy& policy);

}  // namespace mlo::cli

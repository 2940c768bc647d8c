#include "cli/commands/gate_remarks.hpp"

namespace mlo::cli {

void remark_policy(Context& ctx, const StagePolicy& policy) {
  Log& log = ctx.world().log;
  if (!policy.ignored.empty()) {
    log.warn(
        fmt::format("`.mlo/gates/{}.yaml` is in {}, but not at `{}`, where policies are read: it does not count, "
                    "nothing is asked",
                    policy.stage, policy.ignored, policy.ref));
    log.hint(policy.ref == "HEAD" ? "commit it"
                                  : fmt::format("bring it to `{}` by a commit, then ask again", policy.ref));
  } else if (policy.policy && policy.unprotected) {
    log.warn(fmt::format("the policy of `{}` is that of HEAD, which whoever commits here can change", policy.stage));
    log.hint("name a protected branch: git config mlo.policyRef refs/remotes/origin/main");
  }
}

}  // namespace mlo::cli

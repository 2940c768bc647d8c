#pragma once
#include "cli/context.hpp"
#include "lib/registry/versions.hpp"

// What the commands about stages print alike.
namespace mlo::cli {

Value assignment_value(const Assignment& assignment);
/// `made` and `report` may be null: nothing was asked, nothing was made.
Value promotion_value(const GateReport* report, const Assignment* made, bool promoted, bool dry_run);
/// "rollback: reason", "overridden gate p99: reason", the problem of an unverified one.
std::string remark_of(const Assignment& assignment);
/// "prod, staging": what the version holds.
std::string stages_text(const std::vector<Assignment>& all, std::string_view version);

}  // namespace mlo::cli

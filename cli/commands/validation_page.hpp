#pragma once
#include "cli/command.hpp"
#include "lib/validate/report.hpp"

// What the commands that validate data share.
namespace mlo::cli {

/// The results as a table, then failing rows, then the verdict.
void validation_lines(Page& page, const validate::ValidationReport& report);

/// The path of a suite that the user typed, relative to the repository. Error{usage} outside of it.
std::string suite_path(Context& ctx, const std::string& typed);

}  // namespace mlo::cli

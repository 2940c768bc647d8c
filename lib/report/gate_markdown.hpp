#pragma once
#include <string>

#include "lib/manifest/gate_report.hpp"

namespace mlo::report {

/// GitHub's Markdown, for the summary of a step or a comment: the verdict, a table with a row a result, the overrides.
/// Below 1 MiB, which is what a summary may have: of more rows, those that pass are left out first.
std::string gate_markdown(const GateReport& report);

}  // namespace mlo::report

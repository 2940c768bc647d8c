#pragma once
#include "cli/context.hpp"
#include "lib/manifest/gate_report.hpp"

// How `promote` shows what the gates said.
namespace mlo::cli {

/// The verdict, whom the candidate was compared with, and a row a result; the slices of a gate that pass share one row,
/// with the worst of them, unless `verbose`.
void print_gates(const GateReport& report, Page& page, bool verbose);

}  // namespace mlo::cli

#pragma once
#include <string>

#include "lib/manifest/gate_report.hpp"

namespace mlo::report {

/// JUnit XML: one testcase a gate, with one failure if it refuses. A soft gate that says no and an overridden one are
/// skipped, with the reason.
std::string gate_junit(const GateReport& report);

}  // namespace mlo::report

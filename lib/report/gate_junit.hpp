#pragma once
#include <span>
#include <string>

#include "lib/manifest/gate_report.hpp"

namespace mlo::report {

/// JUnit XML: a testsuite a report, in it one testcase a gate, with one failure if it refuses. A soft gate that says no
/// and an overridden one are skipped, with the reason.
std::string gate_junit(std::span<const GateReport> reports);

}  // namespace mlo::report

#pragma once
#include <string>

#include "lib/drift/report.hpp"

namespace mlo::report {

/// One page that needs nothing else: no script, no font, no picture from anywhere. Columns that drifted come first.
std::string drift_html(const drift::DriftReport& report);

}  // namespace mlo::report

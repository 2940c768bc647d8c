#pragma once
#include <string>

#include "lib/drift/report.hpp"

namespace mlo::report {

/// Prometheus' text format for node_exporter's textfile collector: one sample per column that has a score, without
/// times, with a final newline. `model` labels them all; without one it is the name of the current data.
std::string drift_prometheus(const drift::DriftReport& report);

}  // namespace mlo::report

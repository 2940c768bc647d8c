#pragma once
#include <string>

#include "lib/drift/report.hpp"

namespace mlo::report {

/// Both distributions of a column as a piece of HTML: outlines over one axis for numbers, pairs of bars for categories.
/// The colours come from the classes `ref` and `cur`. Empty if there is nothing to draw.
std::string drift_plot(const drift::ColumnDrift& column);

/// As people read it: four digits.
std::string short_number(double value);

}  // namespace mlo::report

#pragma once
#include <vector>

namespace mlo::stats {

/// Sorts ascending in O(n): least significant digit first, eleven bits at a time, skipping digits that do not differ.
/// -0.0 becomes 0.0, so that equal values have equal bits. No value may be NaN.
void sort_doubles(std::vector<double>& values);

}  // namespace mlo::stats

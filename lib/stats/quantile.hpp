#pragma once
#include <vector>

namespace mlo::stats {

/// The `q` quantile (0 to 1), linear between neighbours: Hyndman and Fan's type 7, as numpy's default. NaN for no
/// values.
double quantile(std::vector<double> values, double q);

}  // namespace mlo::stats

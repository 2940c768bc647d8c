#pragma once
#include <cstddef>
#include <span>

namespace mlo::stats {

/// What a sample looks like. All zero for an empty one.
struct Moments {
  std::size_t count = 0;
  double mean = 0;
  double deviation = 0;  ///< standard, of the population: divided by count
  double minimum = 0;
  double median = 0;
  double maximum = 0;
};

/// Of finite values sorted ascending, in two passes.
Moments describe(std::span<const double> sorted);

/// Between the two values nearest to `share` (0 to 1) of the way, interpolated: type 7 of R. J. Hyndman, Y. Fan,
/// "Sample Quantiles in Statistical Packages", American Statistician 50 (1996). The sample must not be empty.
double quantile(std::span<const double> sorted, double share);

}  // namespace mlo::stats

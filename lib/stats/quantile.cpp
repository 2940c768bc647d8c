#include "lib/stats/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mlo::stats {

double quantile(std::vector<double> values, double q) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const double at = std::clamp(q, 0.0, 1.0) * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  const double lower = values[below], upper = values[above];
  return lower == upper || std::isinf(lower) ? lower : lower + (upper - lower) * (at - static_cast<double>(below));
}

}  // namespace mlo::stats

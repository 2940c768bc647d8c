#include "lib/stats/moments.hpp"

#include <algorithm>
#include <cmath>

#include "lib/stats/sum.hpp"

namespace mlo::stats {

double quantile(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

Moments describe(std::span<const double> sorted) {
  if (sorted.empty()) return {};
  const auto n = static_cast<double>(sorted.size());
  Sum sum;
  for (const double value : sorted) sum.add(value);
  const double mean = sum.value() / n;
  Sum squares;
  for (const double value : sorted) squares.add((value - mean) * (value - mean));
  return {.count = sorted.size(),
          .mean = mean,
          .deviation = std::sqrt(squares.value() / n),
          .minimum = sorted.front(),
          .median = quantile(sorted, 0.5),
          .maximum = sorted.back()};
}

}  // namespace mlo::stats

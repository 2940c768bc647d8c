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
  // Sums and squares of values this large or small would leave the range of doubles, so a power of two is taken out.
  const double largest = std::max(std::abs(sorted.front()), std::abs(sorted.back()));
  int exponent = 0;
  if (largest > 1e140 || largest < 1e-140) std::frexp(largest, &exponent);
  const auto scaled = [exponent](double value) { return exponent == 0 ? value : std::ldexp(value, -exponent); };
  Sum sum;
  for (const double value : sorted) sum.add(scaled(value));
  const double mean = sum.value() / n;
  Sum squares;
  for (const double value : sorted) squares.add((scaled(value) - mean) * (scaled(value) - mean));
  return {.count = sorted.size(),
          .mean = std::ldexp(mean, exponent),
          .deviation = std::ldexp(std::sqrt(squares.value() / n), exponent),
          .minimum = sorted.front(),
          .median = quantile(sorted, 0.5),
          .maximum = sorted.back()};
}

}  // namespace mlo::stats

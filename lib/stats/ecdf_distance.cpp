#include "lib/stats/ecdf_distance.hpp"

#include <algorithm>
#include <cmath>

#include "lib/stats/sum.hpp"

namespace mlo::stats {
namespace {

/// Calls `step(values of a not above x, of b not above x, distance to the next value)` at each pooled value x but the
/// last.
template <class Step>
void walk(std::span<const double> a, std::span<const double> b, const Step& step) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (true) {
    const double x = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    while (i < a.size() && a[i] == x) ++i;
    while (j < b.size() && b[j] == x) ++j;
    if (i == a.size() && j == b.size()) return;
    const double next = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    step(static_cast<double>(i), static_cast<double>(j), next - x);
  }
}

}  // namespace

double largest_gap(std::span<const double> a, std::span<const double> b) {
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  double largest = 0;
  walk(a, b, [&](double i, double j, double) { largest = std::max(largest, std::abs(i * m - j * n)); });
  return largest / (n * m);
}

double wasserstein_distance(std::span<const double> a, std::span<const double> b) {
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  Sum sum;
  walk(a, b, [&](double i, double j, double width) { sum.add(std::abs(i * m - j * n) * width); });
  return sum.value() / (n * m);
}

double energy_distance(std::span<const double> a, std::span<const double> b) {
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  Sum sum;
  walk(a, b, [&](double i, double j, double width) {
    const double gap = (i * m - j * n) / (n * m);
    sum.add(gap * gap * width);
  });
  return std::sqrt(2 * sum.value());
}

}  // namespace mlo::stats

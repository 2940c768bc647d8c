#include "lib/stats/ecdf_distance.hpp"

#include <algorithm>
#include <cmath>

#include "lib/stats/sum.hpp"

namespace mlo::stats {
namespace {

/// What distances are divided by 2 to the power of, so that sums of huge ones stay in the range of doubles; even.
int spare_exponent(std::span<const double> a, std::span<const double> b) {
  const double largest = std::max({std::abs(a.front()), std::abs(a.back()), std::abs(b.front()), std::abs(b.back())});
  return largest > 1e270 ? 128 : 0;
}

/// Calls `step(values of a not above x, of b not above x, distance to the next value / 2^exponent)` at each pooled
/// value x but the last.
template <class Step>
void walk(std::span<const double> a, std::span<const double> b, int exponent, const Step& step) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (true) {
    const double x = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    while (i < a.size() && a[i] == x) ++i;
    while (j < b.size() && b[j] == x) ++j;
    if (i == a.size() && j == b.size()) return;
    const double next = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    const double width = exponent == 0 ? next - x : std::ldexp(next, -exponent) - std::ldexp(x, -exponent);
    step(static_cast<double>(i), static_cast<double>(j), width);
  }
}

}  // namespace

double largest_gap(std::span<const double> a, std::span<const double> b) {
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  double largest = 0;
  walk(a, b, 0, [&](double i, double j, double) { largest = std::max(largest, std::abs(i * m - j * n)); });
  return largest / (n * m);
}

double wasserstein_distance(std::span<const double> a, std::span<const double> b) {
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  const int exponent = spare_exponent(a, b);
  Sum sum;
  walk(a, b, exponent, [&](double i, double j, double width) { sum.add(std::abs(i * m - j * n) * width); });
  return std::ldexp(sum.value() / (n * m), exponent);
}

double energy_distance(std::span<const double> a, std::span<const double> b) {
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  const int exponent = spare_exponent(a, b);
  Sum sum;
  walk(a, b, exponent, [&](double i, double j, double width) {
    const double gap = (i * m - j * n) / (n * m);
    sum.add(gap * gap * width);
  });
  return std::ldexp(std::sqrt(2 * sum.value()), exponent / 2);
}

}  // namespace mlo::stats

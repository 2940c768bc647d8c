#include "lib/stats/anderson_darling.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "lib/stats/sum.hpp"

namespace mlo::stats {
namespace {

constexpr std::size_t kLevels = 7;
constexpr std::array<double, kLevels> kSignificance{0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001};
/// The table's b0 + b1 + b2, its critical values for k - 1 = 1.
constexpr std::array<double, kLevels> kCritical{0.675 - 0.245 - 0.105, 1.281 + 0.25 - 0.305,  1.645 + 0.678 - 0.362,
                                                1.96 + 1.149 - 0.391,  2.326 + 1.822 - 0.396, 2.573 + 2.364 - 0.345,
                                                3.085 + 3.615 - 0.154};

/// The value at `x` of the least-squares quadratic through (kCritical, ln kSignificance), by orthogonal polynomials.
double log_significance(double x) {
  double mean = 0;
  for (const double c : kCritical) mean += c / kLevels;
  double squares = 0;
  double cubes = 0;
  for (const double c : kCritical) {
    squares += std::pow(c - mean, 2);
    cubes += std::pow(c - mean, 3);
  }
  const auto quadratic = [&](double c) {
    return std::pow(c - mean, 2) - cubes / squares * (c - mean) - squares / kLevels;
  };
  double constant = 0;
  double slope = 0;
  double bend = 0;
  double norm = 0;
  for (std::size_t i = 0; i < kLevels; ++i) {
    const double y = std::log(kSignificance[i]);
    constant += y / kLevels;
    slope += y * (kCritical[i] - mean) / squares;
    bend += y * quadratic(kCritical[i]);
    norm += std::pow(quadratic(kCritical[i]), 2);
  }
  return constant + slope * (x - mean) + bend / norm * quadratic(x);
}

/// Standard deviation of A^2 under the null hypothesis, section 2 of the paper with k = 2.
double deviation(double n1, double n2) {
  const double n = n1 + n2;
  const double harmonic = 1 / n1 + 1 / n2;
  Sum h_sum;
  Sum g_sum;
  Sum tail;  // of 1/i downwards from n - 1
  for (double i = n - 1; i >= 1; --i) {
    h_sum.add(1 / i);
    if (i >= 2) {
      tail.add(1 / i);
      g_sum.add(tail.value() / (n - i + 1));
    }
  }
  const double h = h_sum.value();
  const double g = g_sum.value();
  const double k = 2;
  const double a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * harmonic;
  const double b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * harmonic - 8 * h + 4 * g - 6;
  const double c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * harmonic + 4 * h;
  const double d = (2 * h + 6) * k * k - 4 * h * k;
  return std::sqrt((((a * n + b) * n + c) * n + d) / ((n - 1) * (n - 2) * (n - 3)));
}

/// Eq. 7 for one sample's share: what the pooled values with `before` below and `same` equal add.
double term(double n, double before, double same, double sample_before, double sample_same, double sample_size) {
  const double middle = before + same / 2;
  const double off = n * (sample_before + sample_same / 2) - middle * sample_size;
  return same / n * off * off / (middle * (n - middle) - n * same / 4);
}

}  // namespace

AndersonDarling anderson_darling(std::span<const double> a, std::span<const double> b) {
  const auto n1 = static_cast<double>(a.size());
  const auto n2 = static_cast<double>(b.size());
  const double n = n1 + n2;
  Sum first;
  Sum second;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    const double value = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    const auto a_before = static_cast<double>(i);
    const auto b_before = static_cast<double>(j);
    while (i < a.size() && a[i] == value) ++i;
    while (j < b.size() && b[j] == value) ++j;
    const double a_same = static_cast<double>(i) - a_before;
    const double b_same = static_cast<double>(j) - b_before;
    first.add(term(n, a_before + b_before, a_same + b_same, a_before, a_same, n1));
    second.add(term(n, a_before + b_before, a_same + b_same, b_before, b_same, n2));
  }
  const double squared = (first.value() / n1 + second.value() / n2) * (n - 1) / n;
  const double statistic = (squared - 1) / deviation(n1, n2);
  if (statistic < kCritical.front()) return {statistic, kSignificance.front()};
  if (statistic > kCritical.back()) return {statistic, kSignificance.back()};
  return {statistic, std::exp(log_significance(statistic))};
}

}  // namespace mlo::stats

#include "lib/stats/cramer_von_mises.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include "lib/stats/sum.hpp"

namespace mlo::stats {
namespace {

constexpr std::size_t kMaxExact = 20;

/// Sum over a sample of (midrank in the pool - rank in the sample)^2, for both samples.
struct RankSums {
  double a = 0;
  double b = 0;
};

RankSums rank_sums(std::span<const double> a, std::span<const double> b) {
  Sum sum_a;
  Sum sum_b;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    const double value = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    const std::size_t i_start = i;
    const std::size_t j_start = j;
    while (i < a.size() && a[i] == value) ++i;
    while (j < b.size() && b[j] == value) ++j;
    const double midrank = (static_cast<double>(i_start + j_start + 1) + static_cast<double>(i + j)) / 2;
    for (std::size_t k = i_start; k < i; ++k) sum_a.add(std::pow(midrank - static_cast<double>(k + 1), 2));
    for (std::size_t k = j_start; k < j; ++k) sum_b.add(std::pow(midrank - static_cast<double>(k + 1), 2));
  }
  return {sum_a.value(), sum_b.value()};
}

/// How many lattice paths reach each value of the criterion, ascending by value.
using Frequencies = std::vector<std::pair<std::int64_t, double>>;

Frequencies merge(const Frequencies& a, const Frequencies& b, std::int64_t shift) {
  Frequencies merged;
  merged.reserve(a.size() + b.size());
  auto i = a.begin();
  auto j = b.begin();
  while (i != a.end() || j != b.end()) {
    if (j == b.end() || (i != a.end() && i->first < j->first)) {
      merged.push_back(*i++);
    } else if (i == a.end() || j->first < i->first) {
      merged.push_back(*j++);
    } else {
      merged.emplace_back(i->first, i->second + j->second);
      ++i;
      ++j;
    }
    merged.back().first += shift;
  }
  return merged;
}

/// The share of all orders of m and n values whose criterion is at least `u` (Anderson's U). Algorithm 1 of Xiao et
/// al.: all in whole numbers; counts stay below 2^53 for 20 values a side.
double exact_tail(double u, std::int64_t m, std::int64_t n) {
  const std::int64_t lcm = std::lcm(m, n);
  const std::int64_t mn = m * n;
  const auto quarters =
      static_cast<std::int64_t>(std::llround(4 * u));  // midranks are halves, so U is a whole number of quarters
  const std::int64_t numerator = lcm * lcm * (m + n) * (6 * quarters - 4 * mn * (4 * mn - 1));
  const std::int64_t denominator = 24 * mn * mn;
  const std::int64_t limit = numerator / denominator - (numerator % denominator < 0 ? 1 : 0);

  std::vector<Frequencies> row(static_cast<std::size_t>(m + 1));
  row.front() = {{0, 1.0}};
  for (std::int64_t y = 0; y <= n; ++y) {
    Frequencies left;
    for (std::int64_t x = 0; x <= m; ++x) {
      const std::int64_t height = lcm / m * x - lcm / n * y;
      auto& cell = row[static_cast<std::size_t>(x)];
      cell = merge(left, cell, height * height);
      left = cell;
    }
  }
  double reached = 0;
  double all = 0;
  for (const auto& [value, paths] : row.back()) {
    all += paths;
    if (value >= limit) reached += paths;
  }
  return reached / all;
}

}  // namespace

double cramer_von_mises_tail(double x) {
  // P(W > x) = 2/pi sum over k >= 1 of (-1)^(k+1) times the integral over [(2k-1) pi, 2k pi] of
  // e^(-x t^2 / 2) / sqrt(-t sin t) dt, where both ends are inverse square roots: Gauss-Chebyshev nodes.
  constexpr double kPi = std::numbers::pi;
  constexpr int kNodes = 128;
  if (x < 0.003) return 1;  // the rest is below 1.3e-18
  Sum sum;
  for (int k = 1;; ++k) {
    const double start = (2 * k - 1) * kPi;
    Sum integral;
    for (int i = 0; i < kNodes; ++i) {
      const double angle = kPi * (i + 0.5) / kNodes;
      const double half = std::sin(angle / 2);
      const double from_start = kPi * half * half;
      const double to_end = kPi - from_start;
      const double t = start + from_start;
      const double near = std::min(from_start, to_end);
      const double weight = near * (kPi - near) / std::sin(near);  // (t - start)(end - t) / -sin t
      integral.add(std::exp(-x * t * t / 2) * std::sqrt(weight / t));
    }
    const double part = integral.value() * kPi / kNodes;
    sum.add(k % 2 == 1 ? part : -part);
    if (part <= 1e-18 * std::abs(sum.value())) break;
  }
  return std::clamp(2 / kPi * sum.value(), 0.0, 1.0);
}

CramerVonMises cramer_von_mises(std::span<const double> a, std::span<const double> b) {
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  const RankSums sums = rank_sums(a, b);
  const double u = n * sums.a + m * sums.b;
  const double product = n * m;
  const double all = n + m;
  const double t = u / (product * all) - (4 * product - 1) / (6 * all);
  if (std::max(a.size(), b.size()) <= kMaxExact) {
    return {t, exact_tail(u, static_cast<std::int64_t>(a.size()), static_cast<std::int64_t>(b.size()))};
  }
  const double mean = (1 + 1 / all) / 6;
  const double variance =
      (all + 1) * (4 * product * all - 3 * (n * n + m * m) - 2 * product) / (45 * all * all * 4 * product);
  return {t, cramer_von_mises_tail(1.0 / 6 + (t - mean) / std::sqrt(45 * variance))};
}

}  // namespace mlo::stats

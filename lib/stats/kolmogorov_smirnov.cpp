#include "lib/stats/kolmogorov_smirnov.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "lib/stats/ecdf_distance.hpp"

namespace mlo::stats {
namespace {

constexpr std::size_t kMaxExact = 10'000;

/// Both samples have n values: a reflection principle gives an alternating sum over the shifts k h, here with every
/// term factored out of the one before, so that nothing cancels.
double square_tail(double n, double h) {
  double tail = 0;
  for (double k = std::floor(n / h); k >= 0; --k) {
    double ratio = 1;
    for (double j = 0; j < h && ratio > 0; ++j) ratio *= (n - k * h - j) / (n + k * h + j + 1);
    tail = ratio * (1 - tail);
  }
  return std::min(1.0, 2 * tail);
}

}  // namespace

double smirnov_exact_tail(std::uint64_t n1, std::uint64_t n2, std::uint64_t h) {
  if (h == 0) return 1;
  if (n1 == n2) return square_tail(static_cast<double>(n1), static_cast<double>(h));
  const std::int64_t divisor = static_cast<std::int64_t>(std::gcd(n1, n2));
  const auto m = static_cast<std::int64_t>(std::max(n1, n2));
  const auto n = static_cast<std::int64_t>(std::min(n1, n2));
  const std::int64_t mg = m / divisor;
  const std::int64_t ng = n / divisor;
  const auto limit = static_cast<std::int64_t>(h);

  // outside[j]: the share of the paths from (0, 0) to (i, j) that have met |i/m - j/n| >= h / lcm. A path comes to (i,
  // j) from the left with probability i / (i + j). Everything is positive, so even the smallest shares keep their
  // digits.
  std::vector<double> inverse(static_cast<std::size_t>(m + n + 1));
  for (std::size_t k = 1; k < inverse.size(); ++k) inverse[k] = 1 / static_cast<double>(k);
  std::vector<double> outside(static_cast<std::size_t>(n + 1), 1.0);
  for (std::int64_t i = 0; i <= m; ++i) {
    // Inside the band: |i ng - j mg| < h.
    const std::int64_t low = std::max<std::int64_t>(0, i * ng - limit < 0 ? 0 : (i * ng - limit) / mg + 1);
    const std::int64_t high = std::min(n, (i * ng + limit - 1) / mg);
    if (low > 0) outside[static_cast<std::size_t>(low - 1)] = 1;
    double below = 1;
    for (std::int64_t j = low; j <= high; ++j) {
      double& here = outside[static_cast<std::size_t>(j)];
      if (i + j == 0) {
        here = 0;
      } else {
        const double share = inverse[static_cast<std::size_t>(i + j)];
        const double left = i == 0 ? 0 : here;
        here = static_cast<double>(i) * share * left + static_cast<double>(j) * share * (j == 0 ? 0 : below);
      }
      below = here;
    }
  }
  return outside.back();
}

KolmogorovSmirnov kolmogorov_smirnov(std::span<const double> a, std::span<const double> b) {
  const double d = largest_gap(a, b);
  const auto n1 = static_cast<double>(a.size());
  const auto n2 = static_cast<double>(b.size());
  if (std::max(a.size(), b.size()) > kMaxExact) return {d, kolmogorov_tail(std::nearbyint(n1 * n2 / (n1 + n2)), d)};
  const auto lcm = static_cast<double>(std::lcm(a.size(), b.size()));
  return {d, smirnov_exact_tail(a.size(), b.size(), static_cast<std::uint64_t>(std::llround(d * lcm)))};
}

}  // namespace mlo::stats

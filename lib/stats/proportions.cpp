#include "lib/stats/proportions.hpp"

#include <cmath>
#include <numbers>

#include "lib/stats/incomplete_gamma.hpp"
#include "lib/stats/sum.hpp"

namespace mlo::stats {

PairTotals totals(std::span<const CountPair> counts) {
  PairTotals sum;
  for (const auto& [reference, current] : counts) {
    sum.reference += static_cast<double>(reference);
    sum.current += static_cast<double>(current);
  }
  return sum;
}

double chi_square_fit(std::span<const CountPair> counts) {
  if (counts.size() < 2) return 1;
  const PairTotals all = totals(counts);
  Sum statistic;
  for (const auto& [reference, current] : counts) {
    if (reference == 0 && current > 0) return 0;
    if (reference == 0) continue;
    const double expected = static_cast<double>(reference) * (all.current / all.reference);
    const double off = static_cast<double>(current) - expected;
    statistic.add(off * off / expected);
  }
  return chi_square_tail(statistic.value(), static_cast<double>(counts.size() - 1));
}

double z_test(const CountPair& successes, const PairTotals& totals) {
  const auto s1 = static_cast<double>(successes.reference);
  const auto s2 = static_cast<double>(successes.current);
  const double pooled = (s1 + s2) / (totals.reference + totals.current);
  const double variance = pooled * (1 - pooled) * (1 / totals.reference + 1 / totals.current);
  if (variance <= 0) return 1;
  const double z =
      (s1 * totals.current - s2 * totals.reference) / (totals.reference * totals.current) / std::sqrt(variance);
  return std::erfc(std::abs(z) / std::numbers::sqrt2);
}

}  // namespace mlo::stats

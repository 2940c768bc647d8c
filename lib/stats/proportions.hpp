#pragma once
#include <cstdint>
#include <span>

namespace mlo::stats {

/// How often one category (or bin) occurs in each of two samples.
struct CountPair {
  std::uint64_t reference = 0;
  std::uint64_t current = 0;
};

struct PairTotals {
  double reference = 0;
  double current = 0;
};
PairTotals totals(std::span<const CountPair> counts);

/// P-value of K. Pearson's goodness of fit (Philosophical Magazine 50, 1900) of the current counts to the reference's
/// shares, with k-1 degrees of freedom: 0 for a category the reference never saw, 1 for a single category. The
/// reference is taken as the truth, not as a sample. Both totals must be positive.
double chi_square_fit(std::span<const CountPair> counts);

/// Two-sided p-value of the normal test that two proportions are one, with the pooled variance; 1 if that variance is
/// 0. `successes` of `totals`. A. Agresti, "Categorical Data Analysis" (2013), 3.3.
double z_test(const CountPair& successes, const PairTotals& totals);

}  // namespace mlo::stats

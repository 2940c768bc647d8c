#pragma once
#include "lib/stats/row_metric.hpp"

namespace mlo::stats {

inline double times(RowCounts counts, std::size_t row) { return counts.empty() ? 1.0 : counts[row]; }

/// The mean over rows of what `loss(truth, score)` says; NaN for no rows, or if it says so of one that counts.
template <class Loss>
double mean_loss(const ScoredRows& rows, RowCounts counts, Loss loss) {
  double sum = 0, n = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double weight = times(counts, i);
    if (weight == 0) continue;
    sum += weight * loss(rows.truth()[i], rows.score()[i]);
    n += weight;
  }
  return sum / n;
}

}  // namespace mlo::stats

#pragma once
#include <cstdint>
#include <vector>

#include "lib/stats/row_metric.hpp"

namespace mlo {

/// One metric of two models on the same resampled rows.
struct PairedDraw {
  double a = 0, b = 0;
};

/// The paired bootstrap (Efron and Tibshirani 1993, chapters 6 and 13): each draw takes as many rows as there are, with
/// replacement, and computes the metric of both models on these rows. The same seed gives the same draws whatever
/// `threads` is. Both must have the same number of rows, fewer than 2^32.
std::vector<PairedDraw> paired_bootstrap(const RowMetric& metric, const ScoredRows& a, const ScoredRows& b,
                                         std::size_t draws, std::uint64_t seed, unsigned threads);

}  // namespace mlo

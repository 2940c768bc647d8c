#pragma once
#include <span>

#include "lib/stats/proportions.hpp"

// Divergences between two discrete distributions, given as counts with positive totals. All are computed without
// cancellation, so nearly equal distributions keep their digits. Natural logarithms.
namespace mlo::stats {

/// sqrt of the Jensen-Shannon divergence, at most sqrt(ln 2). J. Lin, "Divergence Measures Based on the Shannon
/// Entropy", IEEE Trans. Information Theory 37 (1991); that the root is a metric: D. M. Endres, J. E. Schindelin, same
/// journal 49 (2003).
double jensen_shannon_distance(std::span<const CountPair> counts);

/// sqrt(1 - sum sqrt(p q)), at most 1. E. Hellinger, J. reine angew. Math. 136 (1909).
double hellinger_distance(std::span<const CountPair> counts);

/// Sum of (r - c) ln(r / c) over the shares r of the reference and c of the current sample, where a side's share 0 is
/// replaced: see `filled_shares`. S. Kullback, R. A. Leibler, "On Information and Sufficiency", Annals of Math.
/// Statistics 22 (1951), their symmetric J; as an index with 0.1 and 0.25 as rules of thumb it comes from credit
/// scoring.
double population_stability_index(std::span<const CountPair> counts);

/// Sum of r ln(r / c), same paper, over the filled shares made to add up to 1 again.
double kullback_leibler_divergence(std::span<const CountPair> counts);

}  // namespace mlo::stats

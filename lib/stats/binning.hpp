#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "lib/stats/proportions.hpp"

// Samples here are sorted ascending, finite and not empty.
namespace mlo::stats {

/// Edges of equal bins over [low, high]: ceil(range / width) of them with width = range / (log2(values) + 1); one bin
/// of width 1 around the value if all are equal. H. A. Sturges, "The Choice of a Class Interval", JASA 21 (1926).
std::vector<double> sturges_edges(double low, double high, std::size_t values);

/// How many values lie in each `[edge, next edge)`; the last bin is closed.
std::vector<CountPair> count_in_bins(std::span<const double> reference, std::span<const double> current,
                                     std::span<const double> edges);

/// One entry per different value of either sample, ascending.
std::vector<CountPair> count_values(std::span<const double> reference, std::span<const double> current);

std::size_t count_distinct(std::span<const double> sorted);
/// Distinct values over both.
std::size_t count_distinct(std::span<const double> a, std::span<const double> b);

}  // namespace mlo::stats

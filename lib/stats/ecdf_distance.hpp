#pragma once
#include <span>

// Distances between two samples' step functions U and V (the shares of values not above x). Samples are sorted
// ascending, finite and not empty.
namespace mlo::stats {

/// sup |U - V|; the two-sample Kolmogorov-Smirnov statistic D.
double largest_gap(std::span<const double> a, std::span<const double> b);

/// Integral of |U - V|: how far, on average, values must move. S. S. Vallender, "Calculation of the Wasserstein
/// Distance Between Probability Distributions on the Line", Theory of Probability and its Applications 18 (1974).
double wasserstein_distance(std::span<const double> a, std::span<const double> b);

/// sqrt(2 integral of (U - V)^2). G. J. Szekely, M. L. Rizzo, "Energy statistics", J. Statistical Planning and
/// Inference 143 (2013), in the scaling of its square root.
double energy_distance(std::span<const double> a, std::span<const double> b);

}  // namespace mlo::stats

#pragma once
#include <cstdint>
#include <span>

namespace mlo::stats {

struct KolmogorovSmirnov {
  double statistic = 0;  ///< D = sup |U - V|
  double p_value = 1;    ///< two-sided
};

/// The two-sample test of two sorted, finite, non-empty samples. Up to 10,000 values a side the p-value is exact
/// (lattice paths; J. L. Hodges, "The significance probability of the Smirnov two-sample test", Arkiv for Matematik 3,
/// 1958); beyond, it is that of the one-sample statistic for n1 n2 / (n1 + n2) values, rounded.
KolmogorovSmirnov kolmogorov_smirnov(std::span<const double> a, std::span<const double> b);

/// P(D >= h / lcm(n1, n2)) when both samples of n1 and n2 values come from one continuous distribution.
double smirnov_exact_tail(std::uint64_t n1, std::uint64_t n2, std::uint64_t h);

/// P(D_n > d) of the one-sample two-sided statistic of n values.
/// R. Simard, P. L'Ecuyer, "Computing the Two-Sided Kolmogorov-Smirnov Distribution", J. Statistical Software 39(11)
/// (2011).
double kolmogorov_tail(double n, double d);

}  // namespace mlo::stats

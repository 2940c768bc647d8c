#pragma once
#include <span>

namespace mlo::stats {

struct CramerVonMises {
  double statistic = 0;  ///< T
  double p_value = 1;
};

/// The two-sample test of two sorted, finite samples of at least two values each. T. W. Anderson, "On the Distribution
/// of the Two-Sample Cramer-von Mises Criterion", Annals of Math. Statistics 33 (1962). Up to 20 values a side the
/// p-value is exact (Y. Xiao, A. Gordon, A. Yakovlev, J. Statistical Software 17(8), 2006); beyond, T is scaled to the
/// mean and variance of its limit (Anderson's eq. 15).
CramerVonMises cramer_von_mises(std::span<const double> a, std::span<const double> b);

/// P(W > x) of the limit of the one-sample criterion. N. V. Smirnov, "Sur la distribution de omega^2", C. R. Acad. Sci.
/// Paris 202 (1936): an integral that keeps its digits however small the answer.
double cramer_von_mises_tail(double x);

}  // namespace mlo::stats

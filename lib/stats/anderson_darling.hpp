#pragma once
#include <span>

namespace mlo::stats {

struct AndersonDarling {
  double statistic = 0;  ///< normalized: (A^2 - 1) / sigma
  double p_value = 1;    ///< between 0.001 and 0.25: tables end there
};

/// The k-sample test for k = 2 with midranks, which tolerate ties, of sorted, finite, non-empty samples with at least
/// two different values between them. F. W. Scholz, M. A. Stephens, "K-Sample Anderson-Darling Tests", JASA 82 (1987),
/// eq. 7; the p-value is read from a quadratic fitted to the logarithm of their table 1, and clipped to its ends.
AndersonDarling anderson_darling(std::span<const double> a, std::span<const double> b);

}  // namespace mlo::stats

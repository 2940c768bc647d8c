#pragma once

namespace mlo::stats {

/// Q(a, x) = Gamma(a, x) / Gamma(a), the regularized upper incomplete gamma function, for a > 0 and x >= 0.
/// NIST Digital Library of Mathematical Functions, 8.7.1 (series) and 8.9.2 (continued fraction).
double incomplete_gamma_upper(double a, double x);

/// P(X > x) for a chi-square variable with the given degrees of freedom.
double chi_square_tail(double x, double degrees_of_freedom);

}  // namespace mlo::stats

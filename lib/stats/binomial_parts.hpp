#pragma once

// What binomial and Poisson probabilities are made of, without cancellation.
// C. Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000).
namespace mlo::stats {

/// ln(n!) minus Stirling's formula for it: ln(n!) - ln(sqrt(2 pi n) (n/e)^n), for real n > 0.
double stirling_error(double n);

/// x ln(x / mean) + mean - x, which is never negative and 0 only at x = mean; for x >= 0 and mean > 0.
double deviance(double x, double mean);

/// mean^x e^-mean / Gamma(x + 1), for real x >= 0 and mean >= 0.
double poisson_density(double x, double mean);

/// The binomial probability of k successes in n, where `success` and `failure` add up to 1 but are given apart to keep
/// their digits.
double binomial_density(double k, double n, double success, double failure);

}  // namespace mlo::stats

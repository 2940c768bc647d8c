#include "lib/stats/binomial_parts.hpp"

#include <math.h>

#include <cmath>
#include <numbers>

namespace mlo::stats {
namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);  // std::lgamma writes a global
}

}  // namespace

double stirling_error(double n) {
  if (n < 15) return log_gamma(n + 1) - (n + 0.5) * std::log(n) + n - 0.5 * std::log(kTwoPi);
  const double square = 1 / (n * n);
  // Bernoulli numbers B_2j / (2j (2j-1)), j = 1..7.
  return (1.0 / 12 -
          (1.0 / 360 -
           (1.0 / 1260 - (1.0 / 1680 - (1.0 / 1188 - (691.0 / 360360 - square / 156) * square) * square) * square) *
               square) *
              square) /
         n;
}

double deviance(double x, double mean) {
  if (x == 0) return mean;
  if (std::abs(x - mean) >= 0.1 * (x + mean)) return x * std::log(x / mean) + mean - x;
  // With v = (x - mean) / (x + mean): ln(x / mean) = 2 atanh(v), summed without its first term, which cancels.
  const double v = (x - mean) / (x + mean);
  double sum = (x - mean) * v;
  double power = 2 * x * v;
  for (int j = 3;; j += 2) {
    power *= v * v;
    const double next = sum + power / j;
    if (next == sum) return sum;
    sum = next;
  }
}

double poisson_density(double x, double mean) {
  if (mean == 0) return x == 0 ? 1 : 0;
  if (x == 0) return std::exp(-mean);
  return std::exp(-stirling_error(x) - deviance(x, mean)) / std::sqrt(kTwoPi * x);
}

double binomial_density(double k, double n, double success, double failure) {
  if (k == 0) return std::exp(failure > 0.5 ? n * std::log1p(-success) : n * std::log(failure));
  if (k == n) return std::exp(success > 0.5 ? n * std::log1p(-failure) : n * std::log(success));
  const double misses = n - k;
  const double exponent = stirling_error(n) - stirling_error(k) - stirling_error(misses) - deviance(k, n * success) -
                          deviance(misses, n * failure);
  return std::exp(exponent) * std::sqrt(n / (kTwoPi * k * misses));
}

}  // namespace mlo::stats

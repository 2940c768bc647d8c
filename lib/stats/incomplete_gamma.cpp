#include "lib/stats/incomplete_gamma.hpp"

#include <cmath>
#include <limits>

#include "lib/stats/binomial_parts.hpp"

namespace mlo::stats {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon() / 4;

/// P(a, x): all terms are positive; converges quickly for x < a + 1.
double lower_by_series(double a, double x) {
  double term = 1;
  double sum = 1;
  for (double n = a + 1; term > kEpsilon * sum; ++n) sum += term *= x / n;
  return poisson_density(a, x) * sum;
}

/// Q(a, x) by Lentz's method (W. J. Lentz, Applied Optics 15, 1976), for x >= a + 1.
double upper_by_fraction(double a, double x) {
  double b = x + 1 - a;
  double c = std::numeric_limits<double>::max();
  double d = 1 / b;
  double h = d;
  for (double i = 1;; ++i) {
    const double numerator = -i * (i - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    const double factor = d * c;
    h *= factor;
    if (std::abs(factor - 1) <= 2 * std::numeric_limits<double>::epsilon()) break;
  }
  return poisson_density(a, x) * a * h;
}

}  // namespace

double incomplete_gamma_upper(double a, double x) {
  if (x <= 0) return 1;
  if (std::isinf(x)) return 0;
  return x < a + 1 ? 1 - lower_by_series(a, x) : upper_by_fraction(a, x);
}

double chi_square_tail(double x, double degrees_of_freedom) {
  return incomplete_gamma_upper(degrees_of_freedom / 2, x / 2);
}

}  // namespace mlo::stats

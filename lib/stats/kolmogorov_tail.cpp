#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "lib/stats/binomial_parts.hpp"
#include "lib/stats/kolmogorov_smirnov.hpp"

namespace mlo::stats {
namespace {

constexpr double kPi = std::numbers::pi;

/// P(D+_n >= d), one-sided. Z. W. Birnbaum, F. H. Tingey, Annals of Math. Statistics 22 (1951), eq. 3.0, each term
/// written as a binomial probability. From a million values on U. R. Maag, G. Dicaire, Biometrika 58 (1971).
double one_sided_tail(double n, double d) {
  if (n > 1e6) return std::exp(-std::pow(6 * n * d + 1, 2) / (18 * n));
  double sum = 0;
  const double last = std::floor(n * (1 - d));
  for (double v = 0; v <= last; ++v) {
    const double success = d + v / n;
    const double failure = (n - v - n * d) / n;
    if (failure <= 0) break;
    sum += binomial_density(v, n, success, failure) * (d / success);
  }
  return sum;
}

using Matrix = std::vector<double>;

/// A matrix times a power of two that keeps it in range.
struct Scaled {
  Matrix cells;
  int exponent = 0;
};

Scaled multiply(const Scaled& a, const Scaled& b, std::size_t size) {
  Scaled product{Matrix(size * size, 0.0), a.exponent + b.exponent};
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < size; ++k) {
      const double factor = a.cells[i * size + k];
      if (factor == 0) continue;
      for (std::size_t j = 0; j < size; ++j) product.cells[i * size + j] += factor * b.cells[k * size + j];
    }
  }
  const double largest = *std::max_element(product.cells.begin(), product.cells.end());
  if (largest > 0x1p128) {
    for (double& cell : product.cells) cell *= 0x1p-128;
    product.exponent += 128;
  }
  return product;
}

/// P(D_n < d), exact: J. Durbin's matrix formula as in G. Marsaglia, W. W. Tsang, J. Wang, "Evaluating Kolmogorov's
/// Distribution", J. Statistical Software 8(18) (2003).
double durbin_matrix(double n, double d) {
  const double k = std::ceil(n * d);
  const double h = k - n * d;
  const auto size = static_cast<std::size_t>(2 * k - 1);
  Scaled base{Matrix(size * size, 0.0), 0};
  std::vector<double> inverse_factorial(size + 1, 1.0);
  for (std::size_t i = 1; i <= size; ++i) inverse_factorial[i] = inverse_factorial[i - 1] / static_cast<double>(i);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size && j <= i + 1; ++j) base.cells[i * size + j] = inverse_factorial[i + 1 - j];
  }
  for (std::size_t i = 0; i < size; ++i) {
    const double cut = std::pow(h, static_cast<double>(i + 1)) * inverse_factorial[i + 1];
    base.cells[i * size] -= cut;
    base.cells[(size - 1) * size + (size - 1 - i)] -= cut;
  }
  if (2 * h > 1)
    base.cells[(size - 1) * size] += std::pow(2 * h - 1, static_cast<double>(size)) * inverse_factorial[size];

  Scaled power{Matrix(size * size, 0.0), 0};
  for (std::size_t i = 0; i < size; ++i) power.cells[i * size + i] = 1;
  for (auto rest = static_cast<std::uint64_t>(n); rest > 0; rest /= 2) {
    if (rest % 2 == 1) power = multiply(power, base, size);
    if (rest > 1) base = multiply(base, base, size);
  }
  const auto middle = static_cast<std::size_t>(k) - 1;
  // Times n! / n^n = sqrt(2 pi n) e^(stirling error - n), in parts that neither overflow nor vanish.
  const double log_cell = std::log(power.cells[middle * size + middle]) + power.exponent * std::numbers::ln2;
  return std::exp(log_cell - n + stirling_error(n)) * std::sqrt(2 * kPi * n);
}

/// P(D_n < d) for large n. W. Pelz, I. J. Good, "Approximating the Lower Tail-Areas of the Kolmogorov-Smirnov
/// One-Sample Statistic", J. Royal Statistical Society B 38 (1976), eq. 6 to 9, with z = d sqrt(n).
double pelz_good(double n, double d) {
  const double z = d * std::sqrt(n);
  const double z2 = z * z;
  const double z4 = z2 * z2;
  const double z6 = z4 * z2;
  const double p2 = kPi * kPi;
  const double p4 = p2 * p2;
  const double p6 = p4 * p2;
  double k0 = 0;
  double k1 = 0;
  double k2 = 0;
  double k3 = 0;
  for (double k = std::ceil(16 * z / kPi); k >= 1; --k) {
    const double h2 = (k - 0.5) * (k - 0.5);
    const double h4 = h2 * h2;
    const double weight = std::exp(-p2 * h2 / (2 * z2));
    k0 += weight;
    k1 += (p2 * h2 - z2) * weight;
    k2 += (6 * z6 + 2 * z4 + p2 * (2 * z4 - 5 * z2) * h2 + p4 * (1 - 2 * z2) * h4) * weight;
    k3 += (-30 * z6 - 90 * z6 * z2 + p2 * (135 * z4 - 96 * z6) * h2 + p4 * (212 * z4 - 60 * z2) * h4 +
           p6 * (5 - 30 * z2) * h4 * h2) *
          weight;
  }
  double k2_rest = 0;
  double k3_rest = 0;
  for (double k = std::ceil(16 * z / kPi); k >= 1; --k) {
    const double weight = std::exp(-p2 * k * k / (2 * z2));
    k2_rest += p2 * k * k * weight;
    k3_rest += (3 * p2 * k * k * z2 - p4 * k * k * k * k) * weight;
  }
  const double root = std::sqrt(2 * kPi);
  const double s = std::sqrt(n);
  return root / z * k0 + root / (6 * z4) * k1 / s + (root / (72 * z6 * z) * k2 - root / (36 * z2 * z) * k2_rest) / n +
         (root / (6480 * z6 * z4) * k3 + root / (216 * z6) * k3_rest) / (n * s);
}

}  // namespace

double kolmogorov_tail(double n, double d) {
  const double t = n * d;
  if (d >= 1) return 0;
  if (t <= 0.5) return 1;
  // H. Ruben, J. Gambino, "The exact distribution of Kolmogorov's statistic D_n for n <= 10" (1982): both ends are
  // elementary.
  if (t <= 1) return 1 - std::exp(stirling_error(n) - n + n * std::log(2 * t - 1)) * std::sqrt(2 * kPi * n);
  if (t >= n - 1) return 2 * std::pow(1 - d, n);
  const double w = t * d;
  if (w >= 370) return 0;
  if (d >= 0.5 || w >= (n <= 140 ? 4.0 : 2.2)) return std::min(1.0, 2 * one_sided_tail(n, d));
  const bool exact = n <= 140 || (n <= 100'000 && n * std::pow(d, 1.5) <= 1.4);
  return std::clamp(1 - (exact ? durbin_matrix(n, d) : pelz_good(n, d)), 0.0, 1.0);
}

}  // namespace mlo::stats

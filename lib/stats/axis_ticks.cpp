#include "lib/stats/axis_ticks.hpp"

#include <cmath>
#include <limits>

namespace mlo {
namespace {

/// 1, 2 or 5 times a power of ten, near `x`; Heckbert's nicenum.
double nice(double x, bool round) {
  const double power = std::pow(10.0, std::floor(std::log10(x)));
  const double fraction = x / power;
  if (round) return power * (fraction < 1.5 ? 1 : fraction < 3 ? 2 : fraction < 7 ? 5 : 10);
  return power * (fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10);
}

}  // namespace

std::vector<double> axis_ticks(double low, double high, int count) {
  // Halved, so that the distance of the two largest numbers is still one.
  constexpr double kMost = std::numeric_limits<double>::max() / 4;
  low = std::max(low, -kMost);
  high = std::min(high, kMost);
  const double least = std::max({std::abs(low), std::abs(high), 1e-300}) * 1e-9;
  if (high - low < least) {
    const double widen = low == 0 && high == 0 ? 1 : std::max(std::abs(low) * 0.1, least);
    low -= widen;
    high += widen;
  }
  const double step = nice(nice(high - low, false) / std::max(1, count - 1), true);
  const double first = std::floor(low / step), last = std::ceil(high / step);
  std::vector<double> out;
  for (double i = first; i <= last && out.size() < 1000; ++i) out.push_back(i * step);
  return out;
}

std::vector<std::string> tick_labels(const std::vector<double>& ticks) {
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
  double largest = 0;
  for (const double tick : ticks) largest = std::max(largest, std::abs(tick));
  const bool scientific = largest >= 1e7 || (largest > 0 && largest < 1e-4);
  const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 12);
  const int digits = std::clamp(static_cast<int>(std::ceil(std::log10(std::max(largest / step, 1.0)))), 0, 12);
  std::vector<std::string> out;
  for (const double tick : ticks) {
    const double value = std::abs(tick) < step * 1e-6 ? 0 : tick;
    out.push_back(scientific ? fmt::format("{:.{}e}", value, digits) : fmt::format("{:.{}f}", value, decimals));
  }
  return out;
}

}  // namespace mlo

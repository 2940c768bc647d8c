#include "lib/stats/divergence.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "lib/stats/binomial_parts.hpp"
#include "lib/stats/sum.hpp"

namespace mlo::stats {
namespace {

/// Shares r and c of one category by their mean m and relative difference d: r = m (1 + d), c = m (1 - d). The
/// difference comes from the counts, so it keeps its digits when r and c nearly agree.
struct Split {
  double mean;
  double difference;
};

Split split(const CountPair& count, const PairTotals& all) {
  const double r = static_cast<double>(count.reference) * all.current;
  const double c = static_cast<double>(count.current) * all.reference;
  return {(r + c) / (2 * all.reference * all.current), (r - c) / (r + c)};
}

bool is_empty(const CountPair& count) { return count.reference == 0 && count.current == 0; }

/// A share of 0 becomes 0.0001, or a millionth of the side's smallest share if that is no larger than 0.0001.
void fill_zeros(std::vector<double>& shares) {
  double smallest = 1;
  for (const double share : shares) {
    if (share > 0) smallest = std::min(smallest, share);
  }
  std::replace(shares.begin(), shares.end(), 0.0, smallest <= 1e-4 ? smallest / 1e6 : 1e-4);
}

struct Shares {
  std::vector<double> reference;
  std::vector<double> current;
};

Shares filled_shares(std::span<const CountPair> counts) {
  const PairTotals all = totals(counts);
  Shares shares;
  for (const auto& [reference, current] : counts) {
    shares.reference.push_back(static_cast<double>(reference) / all.reference);
    shares.current.push_back(static_cast<double>(current) / all.current);
  }
  fill_zeros(shares.reference);
  fill_zeros(shares.current);
  return shares;
}

double total(const std::vector<double>& values) {
  Sum sum;
  for (const double value : values) sum.add(value);
  return sum.value();
}

}  // namespace

double jensen_shannon_distance(std::span<const CountPair> counts) {
  const PairTotals all = totals(counts);
  Sum sum;
  for (const CountPair& count : counts) {
    if (is_empty(count)) continue;
    const auto [mean, d] = split(count, all);
    // ((1+d) ln(1+d) + (1-d) ln(1-d)) / 2; at |d| = 1 that is ln 2.
    sum.add(std::abs(d) == 1 ? mean * std::numbers::ln2 : mean * (std::log1p(-d * d) / 2 + d * std::atanh(d)));
  }
  return std::sqrt(std::max(0.0, sum.value()));
}

double hellinger_distance(std::span<const CountPair> counts) {
  const PairTotals all = totals(counts);
  Sum sum;
  for (const CountPair& count : counts) {
    if (is_empty(count)) continue;
    const auto [mean, d] = split(count, all);
    // 1 - sum sqrt(rc) = sum (r + c - 2 sqrt(rc)) / 2, and 1 - sqrt(1 - d^2) without cancellation.
    sum.add(mean * d * d / (1 + std::sqrt(1 - d * d)));
  }
  return std::sqrt(std::min(1.0, sum.value()));
}

double population_stability_index(std::span<const CountPair> counts) {
  const Shares shares = filled_shares(counts);
  Sum sum;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    // (r - c) ln(r/c) = [r ln(r/c) + c - r] + [c ln(c/r) + r - c].
    sum.add(deviance(shares.reference[i], shares.current[i]));
    sum.add(deviance(shares.current[i], shares.reference[i]));
  }
  return sum.value();
}

double kullback_leibler_divergence(std::span<const CountPair> counts) {
  const Shares shares = filled_shares(counts);
  const double reference = total(shares.reference);
  const double current = total(shares.current);
  Sum sum;
  for (std::size_t i = 0; i < counts.size(); ++i)
    sum.add(deviance(shares.reference[i] / reference, shares.current[i] / current));
  return sum.value();
}

}  // namespace mlo::stats

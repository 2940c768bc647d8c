#include "lib/stats/binning.hpp"

#include <algorithm>
#include <cmath>

namespace mlo::stats {
namespace {

/// Calls `each(value, copies in a, copies in b)` for every different value, ascending.
template <class Each>
void for_each_value(std::span<const double> a, std::span<const double> b, const Each& each) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    const double value = j == b.size() || (i < a.size() && a[i] <= b[j]) ? a[i] : b[j];
    const std::size_t a_start = i;
    const std::size_t b_start = j;
    while (i < a.size() && a[i] == value) ++i;
    while (j < b.size() && b[j] == value) ++j;
    each(value, i - a_start, j - b_start);
  }
}

std::vector<std::uint64_t> histogram(std::span<const double> sorted, std::span<const double> edges) {
  std::vector<std::uint64_t> counts(edges.size() - 1);
  auto from = std::lower_bound(sorted.begin(), sorted.end(), edges.front());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const bool last = i + 1 == counts.size();
    const auto to =
        last ? std::upper_bound(from, sorted.end(), edges[i + 1]) : std::lower_bound(from, sorted.end(), edges[i + 1]);
    counts[i] = static_cast<std::uint64_t>(to - from);
    from = to;
  }
  return counts;
}

}  // namespace

std::vector<double> sturges_edges(double low, double high, std::size_t values) {
  const double range = high - low;
  if (range == 0) return {low - 0.5, high + 0.5};
  const double wanted = std::log2(static_cast<double>(values)) + 1;
  const double width = range / wanted;
  std::vector<double> edges;
  if (!std::isfinite(range)) {
    const double bins = std::ceil(wanted);
    for (int i = 0; i < bins; ++i) edges.push_back(std::lerp(low, high, i / bins));
  } else {
    const double bins = width > 0 ? std::ceil(range / width) : 1;
    for (int i = 0; i < bins; ++i) edges.push_back(i * (range / bins) + low);
  }
  edges.push_back(high);
  return edges;
}

std::vector<CountPair> count_in_bins(std::span<const double> reference, std::span<const double> current,
                                     std::span<const double> edges) {
  const auto left = histogram(reference, edges);
  const auto right = histogram(current, edges);
  std::vector<CountPair> counts(left.size());
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = {left[i], right[i]};
  return counts;
}

std::vector<CountPair> count_values(std::span<const double> reference, std::span<const double> current) {
  std::vector<CountPair> counts;
  for_each_value(reference, current, [&](double, std::size_t a, std::size_t b) { counts.push_back({a, b}); });
  return counts;
}

std::size_t count_distinct(std::span<const double> sorted) { return count_distinct(sorted, {}); }

std::size_t count_distinct(std::span<const double> a, std::span<const double> b) {
  std::size_t distinct = 0;
  for_each_value(a, b, [&](double, std::size_t, std::size_t) { ++distinct; });
  return distinct;
}

}  // namespace mlo::stats

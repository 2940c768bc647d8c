#include "lib/drift/shape.hpp"

#include <algorithm>
#include <cmath>

#include "lib/stats/binning.hpp"
#include "lib/util/text.hpp"

namespace mlo::drift {
namespace {

constexpr std::size_t kBins = 30;
constexpr std::size_t kLabels = 11;
constexpr std::size_t kLabelBytes = 40;

void add(Shape& shape, const stats::CountPair& count, const stats::PairTotals& all) {
  shape.reference.push_back(static_cast<double>(count.reference) / all.reference);
  shape.current.push_back(static_cast<double>(count.current) / all.current);
}

bool are_whole(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::floor(value) == value; });
}

std::vector<double> draw_edges(const Samples& samples) {
  const double low = std::min(samples.reference.front(), samples.current.front());
  const double high = std::max(samples.reference.back(), samples.current.back());
  if (low == high) return {low - 0.5, high + 0.5};
  std::vector<double> edges;
  // As many whole numbers in each bin, or the gaps between them would show.
  constexpr double kExact = 1e15;
  if (low > -kExact && high < kExact && are_whole(samples.reference) && are_whole(samples.current)) {
    const double width = std::ceil((high - low + 1) / static_cast<double>(kBins));
    for (double edge = low - 0.5; edge <= high; edge += width) edges.push_back(edge);
    edges.push_back(edges.back() + width);
    return edges;
  }
  for (std::size_t i = 0; i <= kBins; ++i)
    edges.push_back(std::lerp(low, high, static_cast<double>(i) / static_cast<double>(kBins)));
  return edges;
}

Shape draw_numbers(const Samples& samples) {
  Shape shape{.edges = draw_edges(samples)};
  const auto counts = stats::count_in_bins(samples.reference, samples.current, shape.edges);
  for (const stats::CountPair& count : counts) add(shape, count, stats::totals(counts));
  return shape;
}

std::string short_label(const std::string& name) {
  const std::string label = printable(name);
  if (label.size() <= kLabelBytes) return label;
  std::size_t end = kLabelBytes;
  while (end > 0 && (static_cast<unsigned char>(label[end]) & 0xC0U) == 0x80) --end;  // not inside a UTF-8 sequence
  return label.substr(0, end) + "..";
}

}  // namespace

Shape draw_shape(const Samples& samples) {
  if (samples.kind == ColumnKind::number) return draw_numbers(samples);
  const stats::PairTotals all = stats::totals(samples.value_counts());
  const auto weight = [&](const Category& category) {
    return static_cast<double>(category.count.reference) / all.reference +
           static_cast<double>(category.count.current) / all.current;
  };
  std::vector<const Category*> order;
  for (const Category& category : samples.categories) order.push_back(&category);
  std::stable_sort(order.begin(), order.end(),
                   [&](const Category* a, const Category* b) { return weight(*a) > weight(*b); });
  Shape shape;
  stats::CountPair rest;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i < kLabels || order.size() == kLabels + 1) {
      shape.labels.push_back(short_label(order[i]->name));
      add(shape, order[i]->count, all);
    } else {
      rest.reference += order[i]->count.reference;
      rest.current += order[i]->count.current;
    }
  }
  if (order.size() > kLabels + 1) {
    shape.labels.push_back(fmt::format("{} others", order.size() - kLabels));
    add(shape, rest, all);
  }
  return shape;
}

}  // namespace mlo::drift

#include "lib/drift/samples.hpp"

#include <algorithm>

#include "lib/stats/binning.hpp"
#include "lib/util/error.hpp"

namespace mlo::drift {
namespace {

constexpr std::size_t kFewValues = 20;  // up to here a number is compared value by value

}  // namespace

std::string_view to_string(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::number:
      return "number";
    case ColumnKind::category:
      return "category";
    case ColumnKind::text:
      return "text";
    case ColumnKind::time:
      return "time";
    case ColumnKind::other:
      return "other";
  }
  MLO_ASSERT(false);
}

std::vector<stats::CountPair> Samples::value_counts() const {
  if (kind == ColumnKind::number) return stats::count_values(reference, current);
  std::vector<stats::CountPair> counts;
  for (const Category& category : categories) counts.push_back(category.count);
  return counts;
}

std::vector<stats::CountPair> Samples::binned_counts() const {
  if (kind != ColumnKind::number || stats::count_distinct(reference) <= kFewValues) return value_counts();
  const auto edges =
      stats::sturges_edges(std::min(reference.front(), current.front()), std::max(reference.back(), current.back()),
                           reference.size() + current.size());
  return stats::count_in_bins(reference, current, edges);
}

std::size_t Samples::distinct() const {
  return kind == ColumnKind::number ? stats::count_distinct(reference, current) : categories.size();
}

}  // namespace mlo::drift

#include "lib/drift/tests.hpp"
#include "lib/stats/binning.hpp"
#include "lib/stats/divergence.hpp"

#include <algorithm>

namespace mlo::drift {
namespace {

double compare(const Samples& samples) {
  if (samples.kind == ColumnKind::category) return stats::hellinger_distance(samples.value_counts());
  // Unlike the other divergences, it takes its bins from the different values, each counted once.
  const auto edges =
      stats::sturges_edges(std::min(samples.reference.front(), samples.current.front()),
                           std::max(samples.reference.back(), samples.current.back()), samples.distinct());
  return stats::hellinger_distance(stats::count_in_bins(samples.reference, samples.current, edges));
}

}  // namespace

DriftTest hellinger_test() {
  return {.name = "hellinger",
          .title = "Hellinger distance",
          .score = Score::distance,
          .threshold = 0.1,
          .at_threshold = AtThreshold::drift,
          .numbers = true,
          .categories = true,
          .compare = compare};
}

}  // namespace mlo::drift

#include "lib/drift/tests.hpp"
#include "lib/stats/divergence.hpp"

namespace mlo::drift {
namespace {

double compare(const Samples& samples) { return stats::jensen_shannon_distance(samples.binned_counts()); }

}  // namespace

DriftTest jensen_shannon_test() {
  return {.name = "jensenshannon",
          .title = "Jensen-Shannon distance",
          .score = Score::distance,
          .threshold = 0.1,
          .at_threshold = AtThreshold::drift,
          .numbers = true,
          .categories = true,
          .compare = compare};
}

}  // namespace mlo::drift

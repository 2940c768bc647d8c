#include "lib/drift/tests.hpp"
#include "lib/stats/divergence.hpp"

namespace mlo::drift {
namespace {

double compare(const Samples& samples) { return stats::population_stability_index(samples.binned_counts()); }

}  // namespace

DriftTest psi_test() {
  return {.name = "psi",
          .title = "population stability index",
          .score = Score::distance,
          .threshold = 0.1,
          .at_threshold = AtThreshold::drift,
          .numbers = true,
          .categories = true,
          .compare = compare};
}

}  // namespace mlo::drift

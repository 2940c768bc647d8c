#include "lib/drift/tests.hpp"
#include "lib/stats/divergence.hpp"

namespace mlo::drift {
namespace {

double compare(const Samples& samples) { return stats::kullback_leibler_divergence(samples.binned_counts()); }

}  // namespace

DriftTest kl_test() {
  return {.name = "kl_div",
          .title = "Kullback-Leibler divergence",
          .score = Score::distance,
          .threshold = 0.1,
          .at_threshold = AtThreshold::drift,
          .numbers = true,
          .categories = true,
          .compare = compare};
}

}  // namespace mlo::drift

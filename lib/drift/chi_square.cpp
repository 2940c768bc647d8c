#include "lib/drift/tests.hpp"
#include "lib/stats/proportions.hpp"

namespace mlo::drift {
namespace {

double compare(const Samples& samples) { return stats::chi_square_fit(samples.value_counts()); }

}  // namespace

DriftTest chi_square_test() {
  return {.name = "chisquare",
          .title = "chi-square",
          .score = Score::p_value,
          .threshold = 0.05,
          .at_threshold = AtThreshold::no_drift,
          .numbers = true,
          .categories = true,
          .compare = compare};
}

}  // namespace mlo::drift

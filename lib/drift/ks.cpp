#include "lib/drift/tests.hpp"
#include "lib/stats/kolmogorov_smirnov.hpp"

namespace mlo::drift {
namespace {

double compare(const Samples& samples) { return stats::kolmogorov_smirnov(samples.reference, samples.current).p_value; }

}  // namespace

DriftTest ks_test() {
  return {.name = "ks",
          .title = "Kolmogorov-Smirnov",
          .score = Score::p_value,
          .threshold = 0.05,
          .at_threshold = AtThreshold::drift,
          .numbers = true,
          .categories = false,
          .compare = compare};
}

}  // namespace mlo::drift

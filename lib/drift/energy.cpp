#include "lib/drift/tests.hpp"
#include "lib/stats/ecdf_distance.hpp"

namespace mlo::drift {
namespace {

double compare(const Samples& samples) { return stats::energy_distance(samples.reference, samples.current); }

}  // namespace

DriftTest energy_test() {
  return {.name = "ed",
          .title = "energy distance",
          .score = Score::distance,
          .threshold = 0.1,
          .at_threshold = AtThreshold::no_drift,
          .numbers = true,
          .categories = false,
          .compare = compare};
}

}  // namespace mlo::drift

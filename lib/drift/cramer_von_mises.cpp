#include "lib/stats/cramer_von_mises.hpp"
#include "lib/drift/tests.hpp"
#include "lib/stats/ecdf_distance.hpp"
#include "lib/util/error.hpp"

namespace mlo::drift {
namespace {

double compare(const Samples& samples) {
  if (samples.reference.size() < 2 || samples.current.size() < 2) {
    throw Error(ErrorKind::invalid, "the test needs at least two values on each side");
  }
  // Ties raise T, so that it would find a constant column different from itself.
  if (stats::largest_gap(samples.reference, samples.current) == 0) return 1;
  return stats::cramer_von_mises(samples.reference, samples.current).p_value;
}

}  // namespace

DriftTest cramer_von_mises_test() {
  return {.name = "cramer_von_mises",
          .title = "Cramer-von Mises",
          .score = Score::p_value,
          .threshold = 0.1,
          .at_threshold = AtThreshold::drift,
          .numbers = true,
          .categories = false,
          .compare = compare};
}

}  // namespace mlo::drift

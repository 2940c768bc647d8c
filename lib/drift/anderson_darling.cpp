#include "lib/stats/anderson_darling.hpp"
#include "lib/drift/tests.hpp"
#include "lib/util/error.hpp"

namespace mlo::drift {
namespace {

double compare(const Samples& samples) {
  if (samples.reference.size() + samples.current.size() < 4)
    throw Error(ErrorKind::invalid, "the test needs at least four values");
  if (samples.distinct() < 2) throw Error(ErrorKind::invalid, "the test needs at least two different values");
  return stats::anderson_darling(samples.reference, samples.current).p_value;
}

}  // namespace

DriftTest anderson_darling_test() {
  return {.name = "anderson",
          .title = "Anderson-Darling",
          .score = Score::p_value,
          .threshold = 0.1,
          .at_threshold = AtThreshold::no_drift,
          .numbers = true,
          .categories = false,
          .compare = compare};
}

}  // namespace mlo::drift

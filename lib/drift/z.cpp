#include "lib/drift/tests.hpp"
#include "lib/stats/proportions.hpp"
#include "lib/util/error.hpp"

namespace mlo::drift {
namespace {

double compare(const Samples& samples) {
  const auto counts = samples.value_counts();
  if (counts.size() > 2) throw Error(ErrorKind::invalid, "the z-test compares at most two different values");
  return stats::z_test(counts.front(), stats::totals(counts));
}

}  // namespace

DriftTest z_test() {
  return {.name = "z",
          .title = "z-test of proportions",
          .score = Score::p_value,
          .threshold = 0.05,
          .at_threshold = AtThreshold::no_drift,
          .numbers = true,
          .categories = true,
          .compare = compare};
}

}  // namespace mlo::drift

#include "lib/drift/tests.hpp"
#include "lib/stats/ecdf_distance.hpp"
#include "lib/stats/moments.hpp"

#include <algorithm>

namespace mlo::drift {
namespace {

double compare(const Samples& samples) {
  constexpr double kLeast = 0.001;  // a constant reference would divide by 0
  const double scale = std::max(stats::describe(samples.reference).deviation, kLeast);
  return stats::wasserstein_distance(samples.reference, samples.current) / scale;
}

}  // namespace

DriftTest wasserstein_test() {
  return {.name = "wasserstein",
          .title = "Wasserstein distance, in standard deviations of the reference",
          .score = Score::distance,
          .threshold = 0.1,
          .at_threshold = AtThreshold::drift,
          .numbers = true,
          .categories = false,
          .compare = compare};
}

}  // namespace mlo::drift

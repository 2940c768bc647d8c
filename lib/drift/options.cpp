#include "lib/drift/options.hpp"

#include <cmath>

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::drift {
namespace {

void require_threshold(double value) {
  if (std::isfinite(value) && value > 0) return;
  throw Error(ErrorKind::usage, fmt::format("`{}` is no threshold", format_double(value)))
      .hint("thresholds are positive numbers");
}

}  // namespace

void require_valid(const DriftOptions& options) {
  for (const std::string& test : options.tests) require_test(test);
  for (const auto& [column, test] : options.column_tests) require_test(test);
  if (options.threshold) require_threshold(*options.threshold);
  for (const auto& [column, threshold] : options.column_thresholds) require_threshold(threshold);
  if (!(options.share > 0 && options.share <= 1)) {
    throw Error(ErrorKind::usage, fmt::format("`{}` is no share", format_double(options.share)))
        .hint("a share is above 0 and at most 1");
  }
}

}  // namespace mlo::drift

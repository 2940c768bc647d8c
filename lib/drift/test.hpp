#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/drift/samples.hpp"

namespace mlo::drift {

/// Whether small or large scores mean drift.
enum class Score { p_value, distance };
/// Whether a score equal to the threshold is drift.
enum class AtThreshold { drift, no_drift };

/// One way to compare a column of two datasets. To add one: a file beside this with its function, its line in all.cpp,
/// its section in README.md, its golden numbers.
struct DriftTest {
  std::string_view name;   ///< as users type it; Evidently's
  std::string_view title;  ///< as people say it
  Score score = Score::distance;
  double threshold = 0.1;  ///< unless the user gives one
  AtThreshold at_threshold = AtThreshold::drift;
  bool numbers = false;  ///< whether it reads this kind of column
  bool categories = false;
  /// Pure. Error{invalid} saying what the samples lack, for those it cannot compare.
  double (*compare)(const Samples& samples);

  bool reads(ColumnKind kind) const {
    return kind == ColumnKind::number ? numbers : kind == ColumnKind::category && categories;
  }
  /// Whether `score` means drift. NaN always does: what cannot be measured never passes.
  bool is_drift(double score, double threshold) const;
};

/// Every test, in the order they are listed to users.
const std::vector<DriftTest>& all_tests();
/// Error{usage} with a near name.
const DriftTest& require_test(std::string_view name);

/// Evidently's choice: up to 1000 reference values a significance test, beyond that a distance, for then any difference
/// is significant.
const DriftTest& default_test(const Samples& samples, std::size_t reference_values);

}  // namespace mlo::drift

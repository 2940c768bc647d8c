#pragma once
#include <map>
#include <string>
#include <vector>

#include "lib/manifest/gate_policy.hpp"
#include "lib/stats/row_metric.hpp"
#include "lib/util/fs.hpp"

namespace mlo {

/// What a stage wrote about each row of the holdout.
struct Predictions {
  ScoredRows rows;
  std::map<std::string, std::vector<std::string>> slices;  ///< column -> its text in each row; null is `(null)`
};

/// Reads the columns that the policy names from a table file. Null numbers are NaN. Error{config} for a column
/// that the file has not: the policy asks for what its pipeline does not write; Error{invalid} for text in a column of
/// numbers, or with fewer rows than the policy wants; Error{not_found} if there is no file.
Predictions load_predictions(const fs::path& file, const EvaluationPolicy& evaluation, unsigned threads);

}  // namespace mlo

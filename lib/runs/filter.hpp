#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lib/db/connection.hpp"

// MLflow's search language over the tables of the run index (index.cpp). See schemas/README.md for what it can say.
namespace mlo {

/// SQL with `?` for every word that came from the user.
struct SqlPiece {
  std::string sql;
  std::vector<db::Bind> values;
};

struct Filter {
  SqlPiece where;                 ///< a condition on the row `r` of runs
  bool names_experiment = false;  ///< one of its comparisons is of the attribute
};

/// "metrics.auc > 0.8 AND params.model = 'gbt'"; empty text is always true. Error{usage} that names the column of what
/// is wrong.
Filter compile_filter(std::string_view text);

/// "metrics.auc DESC", .. as the terms of ORDER BY; numbers, then NaN, then runs without the metric; at last the newest
/// first.
SqlPiece compile_order(const std::vector<std::string>& terms);

}  // namespace mlo

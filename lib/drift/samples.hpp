#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lib/stats/proportions.hpp"

namespace mlo::drift {

/// How a column is compared.
enum class ColumnKind {
  number,    ///< by the order and distance of its values
  category,  ///< by how often each value occurs
  text,      ///< free text: no test reads it
  time,      ///< dates and timestamps, which drift by nature
  other,     ///< nested and binary values
};
std::string_view to_string(ColumnKind kind);

struct Category {
  std::string name;
  stats::CountPair count;
};

/// One column of both datasets as a drift test sees it: nulls, NaN and infinities are gone, and neither side is empty.
struct Samples {
  ColumnKind kind = ColumnKind::number;  ///< number or category
  std::vector<double> reference = {};    ///< of a number, ascending
  std::vector<double> current = {};
  std::vector<Category> categories = {};  ///< of a category; every one occurs on at least one side

  /// Per category; of a number, per different value.
  std::vector<stats::CountPair> value_counts() const;
  /// What divergences compare: a number with more than 20 different values in the reference by Sturges' bins over both
  /// sides, anything else by value.
  std::vector<stats::CountPair> binned_counts() const;
  std::size_t distinct() const;  ///< over both sides
};

}  // namespace mlo::drift

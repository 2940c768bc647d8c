#pragma once
#include <string>
#include <vector>

#include "lib/codec/value.hpp"
#include "lib/validate/expectation.hpp"

// From values of a suite to SQL. Every name and text goes through here or table::quote, so none can be SQL itself.
namespace mlo::validate {

bool is_number(table::ColumnType type);

/// Error{invalid} unless values of the one can be compared with values of the other.
void require_comparable(const ColumnRef& a, const ColumnRef& b);

/// A text as a SQL literal. Error{invalid} for one with NUL.
std::string text_literal(std::string_view text);
/// A value that can be compared with the column: numbers with numbers, text with text, texts that are times with dates
/// and timestamps, booleans with booleans. Error{invalid} for anything else.
std::string literal(Scope& scope, const ColumnRef& column, const Value& value);

/// Bounds as Great Expectations has them: `min_value`, `max_value`, `strict_min`, `strict_max`.
struct Bounds {
  std::optional<Value> min, max;
  bool strict_min = false, strict_max = false;

  std::string text() const;  ///< "1 <= .. < 5"
  /// A condition over `value`, which is of the column's type.
  std::string sql(Scope& scope, const ColumnRef& column, const std::string& value) const;
  /// The same for a number.
  std::string sql_of_number(const std::string& value) const;
};
enum class BoundKind { number, count, any };
/// `required`: one of the two must be there. Error{invalid} also for a minimum above the maximum.
Bounds read_bounds(ObjectReader& in, BoundKind kind, bool required);

/// Whether `column` is one of `values`, as an expression; values of another type than the column's are not.
std::string in_set(Scope& scope, const ColumnRef& column, const std::vector<Value>& values);

}  // namespace mlo::validate

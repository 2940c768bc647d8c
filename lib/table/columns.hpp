#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mlo::table {

enum class ColumnType { boolean, integer, real, string, date, timestamp, other };
std::string_view to_string(ColumnType type);

/// boolean 0 or 1, integer, date as days and timestamp as UTC microseconds since 1970: int64. real: double. string:
/// string.
using Values = std::variant<std::vector<std::int64_t>, std::vector<double>, std::vector<std::string>>;

struct Column {
  std::string name;
  ColumnType type = ColumnType::other;
  Values values;                     ///< one per row; 0 or "" where the row is null
  std::vector<unsigned char> nulls;  ///< one per row: 1 if it is null, else 0

  const std::vector<std::int64_t>& integers() const { return std::get<0>(values); }
  const std::vector<double>& reals() const { return std::get<1>(values); }
  const std::vector<std::string>& strings() const { return std::get<2>(values); }
};

/// The right alternative of `values` for the column's type, empty.
Column start_column(std::string name, ColumnType type);
bool has_nulls(const Column& column);
/// Takes the values out; name and type stay, and so does the memory.
void clear(Column& column);

}  // namespace mlo::table

#pragma once
#include "lib/table/columns.hpp"
#include "lib/table/duckdb_api.hpp"

// From DuckDB's vectors to columns of plain values.
namespace mlo::table {

/// What DuckDB says of one column of a result.
struct DuckColumn {
  DuckType stored = DuckType::varchar;  ///< how the values lie in memory
  ColumnType type = ColumnType::other;
  bool decimal = false;
  std::uint8_t scale = 0;  ///< of a decimal
};

DuckColumn describe_column(const DuckApi& api, DuckPointer logical_type);
/// Appends `count` values; `validity` is a bit set, null if all are valid. Error{invalid} as Connection::select says.
void append_values(Column& column, const DuckColumn& kind, const void* data, const std::uint64_t* validity,
                   std::uint64_t count);

}  // namespace mlo::table

#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "lib/table/columns.hpp"

namespace mlo::validate {

/// What pandas, SQLAlchemy, Spark and mlo call a type. Widths do not count: `int32` and `BIGINT` are both integers.
std::optional<table::ColumnType> find_type(std::string_view name);
/// The message for a name that find_type does not know.
std::string unknown_type(std::string_view name);

}  // namespace mlo::validate

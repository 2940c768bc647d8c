#pragma once
#include <string>
#include <string_view>

#include "lib/table/connection.hpp"

namespace mlo::table {

/// SQL from a repository, as text that may stand in parentheses. Error{invalid} unless it is exactly one SELECT that
/// calls no table function but `range`, `generate_series` and `unnest`. The sandbox keeps every other file out of
/// reach; this keeps out what works inside it: functions that change the engine's settings, write its logs, or take
/// addresses of memory.
std::string require_plain_select(Connection& connection, std::string_view sql);

}  // namespace mlo::table

#pragma once
#include <string>
#include <utility>
#include <vector>

#include "lib/codec/value.hpp"

namespace mlo {

/// Every number in a metrics file (JSON or YAML), by key; nesting becomes `/`, list items their index. Text, booleans
/// and null are not metrics; a number alone is one, named as the file without its extension. Error{invalid} for a file
/// that cannot be parsed, a kind that is not read, or a key that cannot name a metric.
std::vector<std::pair<std::string, double>> parse_metrics(std::string_view text, std::string_view file);

/// A metrics file as it is. Error{invalid} for one that cannot be parsed, or is of a kind that is not read.
Value parse_metrics_document(std::string_view text, std::string_view file);

/// Scalars of a parameter value by dotted key, below `prefix`; a list counts as one value, as compact JSON.
void flatten_params(const Value& value, const std::string& prefix, Value& into);

}  // namespace mlo

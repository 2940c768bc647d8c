#pragma once
#include <string>
#include <string_view>

namespace mlo {

/// Segments `[a-z0-9]+([_-][a-z0-9]+)*` joined by `/`; datasets and views also allow single dots inside a segment.
bool is_name(std::string_view text);
bool is_dataset_name(std::string_view text);
/// Error{invalid} that shows the rule and, where one exists, a valid spelling of `text` as the hint.
void require_dataset_name(std::string_view text);
/// A valid dataset name from a path: lower-cased, other characters turned into `-`.
std::string dataset_name_from_path(std::string_view path);

/// MLflow's metric and parameter keys: letters, digits, `_ - . : /` and space, plus `[slice=value]`; 1-250 bytes; no
/// leading `/`, no `.` or `..` segment.
bool is_metric_key(std::string_view text);

}  // namespace mlo

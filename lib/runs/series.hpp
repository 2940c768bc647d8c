#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/manifest/run_record.hpp"

// All points of all metrics of a run, as `series.tsv`.
namespace mlo {

using Series = std::map<std::string, std::vector<MetricPoint>>;

/// Puts the points of each key in the order of (step, time); equal ones stay as they were logged.
void sort_series(Series& series);
/// The last point of each key, which is what a run's record shows. `series` must be sorted.
std::map<std::string, MetricPoint> last_points(const Series& series);

/// Lines `key TAB step TAB value TAB time in microseconds`, ascending by key, after one heading. `series` must be
/// sorted.
std::string emit_series(const Series& series);
/// Error{corrupt} naming the line for anything emit_series would not write.
Series parse_series(std::string_view text, std::string_view source);

}  // namespace mlo

#pragma once
#include <map>
#include <string>
#include <vector>

#include "lib/manifest/run_record.hpp"
#include "lib/runs/event_log.hpp"
#include "lib/util/log.hpp"

namespace mlo {

/// Every point of every metric of one run, in the order logged.
using MetricSeries = std::map<std::string, std::vector<MetricPoint>>;

/// Applies events to a record: the last point of each metric, parameters, tags, artifacts. Points also go to `series`.
void fold_events(const std::vector<RunEvent>& events, RunRecord& record, MetricSeries& series);

/// The metrics in JSON lines such as {"step": 10, "loss": 0.31}; `time` or `timestamp` may be seconds since 1970 or text. A
/// line that is none is skipped with a warning that names it. Points without a time get `otherwise`.
std::vector<RunEvent> read_metric_lines(std::string_view text, std::string_view source, UtcTime otherwise, Log& log);

/// The series as stored: one JSON line a point, {"key","step","value","time"}, by key, then as logged.
std::string emit_series(const MetricSeries& series);
/// Error{corrupt} for anything else than emit_series writes.
MetricSeries parse_series(std::string_view text, std::string_view source);

}  // namespace mlo

#pragma once
#include <functional>
#include <string_view>

#include "lib/runs/series.hpp"

namespace mlo {

/// Reads what a program wrote to MLO_METRICS: one JSON object a line, `{"step": 10, "loss": 0.31, "val": {"auc":
/// 0.8}}`. Every number is a point of the metric named by its key (nested: `val/auc`), also NaN and Infinity as Python
/// writes them or as strings. `step` counts from 0 for each key if absent; `time` or `timestamp` is a UTC time, or
/// seconds or milliseconds since 1970, else `fallback`. Other members are skipped. A line that is not such an object
/// goes to `warn`, with its number; a last line without its newline is still being written and is left alone if
/// `partial`.
enum class LastLine { partial, complete };
void read_metrics_lines(std::string_view text, LastLine last, UtcTime fallback, Series& out,
                        const std::function<void(std::size_t line, std::string_view why)>& warn);

}  // namespace mlo

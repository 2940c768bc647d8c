#include "lib/runs/fold.hpp"

#include <cmath>
#include <limits>

#include "lib/codec/json.hpp"
#include "lib/codec/reader.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// JSON has no spelling for them; emit_json writes these strings.
std::optional<double> to_number(const Value& value) {
  if (value.is_number()) return value.as_number();
  if (!value.is(Value::Type::string)) return std::nullopt;
  const std::string& text = value.as_string();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

std::optional<UtcTime> to_time(const Value& value) {
  if (value.is(Value::Type::string)) return parse_utc(value.as_string());
  if (!value.is_number()) return std::nullopt;
  const double seconds = value.as_number();
  if (!(std::abs(seconds) < 1e11)) return std::nullopt;  // the year 5138: surely milliseconds or nonsense
  return UtcTime::from_micros(static_cast<std::int64_t>(std::llround(seconds * 1e6)));
}

/// Why a line is no metrics line; empty if it is one, and its points are in `out`.
std::string read_line(std::string_view line, std::string_view source, UtcTime otherwise, std::vector<RunEvent>& out) {
  Value object;
  try {
    object = parse_json(line, source);
  } catch (const Error& error) {
    return error.message();
  }
  if (!object.is(Value::Type::object)) return fmt::format("{}: not an object", source);
  std::int64_t step = 0;
  UtcTime time = otherwise;
  std::vector<MetricEvent> points;
  for (const auto& [key, value] : object.members()) {
    if (key == "step") {
      if (!value.is(Value::Type::integer)) return fmt::format("{}: `step` is not a whole number", source);
      step = value.as_int();
    } else if (key == "time" || key == "timestamp") {
      const auto read = to_time(value);
      if (!read) return fmt::format("{}: `{}` is not a time", source, key);
      time = *read;
    } else if (const auto number = to_number(value)) {
      if (!is_metric_key(key)) return fmt::format("{}: `{}` is not a metric key", source, printable(key));
      points.push_back({key, *number, 0, {}});
    } else {
      return fmt::format("{}: `{}` is not a number", source, printable(key));
    }
  }
  for (MetricEvent& point : points) {
    point.step = step;
    point.time = time;
    out.emplace_back(std::move(point));
  }
  return {};
}

}  // namespace

void fold_events(const std::vector<RunEvent>& events, RunRecord& record, MetricSeries& series) {
  for (const RunEvent& event : events) {
    if (const auto* metric = std::get_if<MetricEvent>(&event)) {
      const MetricPoint point{metric->step, metric->value, metric->time};
      series[metric->key].push_back(point);
      MetricPoint& last = record.metrics.emplace(metric->key, point).first->second;
      // The latest is the highest step; among equal steps the later time, then the later line.
      if (std::tie(point.step, point.time) >= std::tie(last.step, last.time)) last = point;
    } else if (const auto* param = std::get_if<ParamEvent>(&event)) {
      record.params.set(param->key, param->value);
    } else if (const auto* tag = std::get_if<TagEvent>(&event)) {
      record.tags[tag->key] = tag->value;
    } else if (const auto* logged = std::get_if<ArtifactEvent>(&event)) {
      std::erase_if(record.artifacts, [&](const Artifact& a) { return a.path == logged->artifact.path; });
      record.artifacts.push_back(logged->artifact);
    }
  }
}

std::vector<RunEvent> read_metric_lines(std::string_view text, std::string_view source, UtcTime otherwise, Log& log) {
  std::vector<RunEvent> out;
  std::size_t number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    if (trim(line).empty()) continue;
    const std::string why = read_line(line, fmt::format("{} line {}", source, number), otherwise, out);
    if (!why.empty()) log.warn(fmt::format("metrics skipped: {}", why));
  }
  return out;
}

std::string emit_series(const MetricSeries& series) {
  std::string out;
  for (const auto& [key, points] : series) {
    for (const MetricPoint& point : points) {
      const Value line(Value::Object{{"key", Value(key)}, {"step", Value(point.step)}, {"value", Value(point.value)}, {"time", Value(format_utc(point.time))}});
      out += emit_json(line, JsonStyle::compact) + '\n';
    }
  }
  return out;
}

MetricSeries parse_series(std::string_view text, std::string_view source) {
  MetricSeries series;
  try {
    for (const std::string_view line : split_lines(text)) {
      const Value object = parse_json(line, source);
      ObjectReader reader(object, source, "a point");
      const auto value = to_number(reader.require("value"));
      const auto time = parse_utc(reader.string("time"));
      if (!value || !time) reader.fail("value", "not a point of a metric");
      series[reader.string("key")].push_back({reader.integer("step"), *value, *time});
      reader.finish();
    }
  } catch (const Error& error) {
    throw Error(ErrorKind::corrupt, error.message());
  }
  return series;
}

}  // namespace mlo

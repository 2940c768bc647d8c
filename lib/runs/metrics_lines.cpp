#include "lib/runs/metrics_lines.hpp"

#include <cmath>
#include <limits>

#include "lib/codec/json.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

std::optional<double> find_number(const Value& value) {
  if (value.is_number()) return value.as_number();
  if (!value.is(Value::Type::string)) return std::nullopt;
  if (value.as_string() == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (value.as_string() == "Infinity") return std::numeric_limits<double>::infinity();
  if (value.as_string() == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

UtcTime read_moment(const Value& value) {
  if (value.is(Value::Type::string)) {
    if (const auto time = parse_utc(value.as_string())) return *time;
  } else if (value.is_number()) {
    const double number = value.as_number();
    // 1e11 seconds is the year 5138; as milliseconds it is 1973.
    const double micros = number * (std::abs(number) < 1e11 ? 1e6 : 1e3);
    if (std::abs(micros) < 9e17) {
      if (const auto time = UtcTime::from_micros(std::llround(micros)); is_spellable(time)) return time;
    }
  }
  throw Error(ErrorKind::invalid, "its time is not a UTC time");
}

std::int64_t read_step(const Value& value) {
  if (value.is(Value::Type::integer)) return value.as_int();
  if (value.is(Value::Type::real) && std::abs(value.as_number()) < 9e15 &&
      std::trunc(value.as_number()) == value.as_number()) {
    return static_cast<std::int64_t>(value.as_number());
  }
  throw Error(ErrorKind::invalid, "`step` is not a whole number");
}

struct Line {
  std::optional<std::int64_t> step;
  UtcTime time;
  std::vector<std::pair<std::string, double>> values;
};

void collect(const Value& object, const std::string& prefix, Line& line) {
  for (const auto& [name, value] : object.members()) {
    if (prefix.empty() && (name == "step" || name == "time" || name == "timestamp")) continue;
    const std::string key = prefix + name;
    if (value.is(Value::Type::object)) {
      collect(value, key + "/", line);
    } else if (const auto number = find_number(value)) {
      if (!is_metric_key(key))
        throw Error(ErrorKind::invalid, fmt::format("`{}` is not a metric key", printable(key.substr(0, 100))));
      line.values.emplace_back(key, *number);
    }
  }
}

Line read_line(std::string_view text, UtcTime fallback) {
  Value object;
  try {
    object = parse_json(text, "line", JsonDialect::python);
  } catch (const Error&) {
    throw Error(ErrorKind::invalid, "it is not JSON");
  }
  if (!object.is(Value::Type::object)) throw Error(ErrorKind::invalid, "it is not a JSON object");
  Line line;
  line.time = fallback;
  if (const Value* step = object.find("step")) line.step = read_step(*step);
  for (const std::string_view name : {"timestamp", "time"}) {
    if (const Value* time = object.find(name)) line.time = read_moment(*time);
  }
  collect(object, "", line);
  return line;
}

}  // namespace

void read_metrics_lines(std::string_view text, LastLine last, UtcTime fallback, Series& out,
                        const std::function<void(std::size_t line, std::string_view why)>& warn) {
  if (last == LastLine::partial) text = text.substr(0, text.rfind('\n') + 1);
  std::size_t number = 0;
  for (const std::string_view raw : split_lines(text)) {
    ++number;
    if (trim(raw).empty()) continue;
    try {
      const Line line = read_line(raw, fallback);
      for (const auto& [key, value] : line.values) {
        auto& points = out[key];
        points.push_back({line.step.value_or(static_cast<std::int64_t>(points.size())), value, line.time});
      }
    } catch (const Error& error) {
      warn(number, error.message());
    }
  }
}

}  // namespace mlo

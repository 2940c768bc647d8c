#include "lib/manifest/run_record.hpp"

#include "lib/codec/yaml.hpp"
#include "lib/manifest/fields.hpp"
#include "lib/manifest/record_parts.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::pair<RunStatus, std::string_view> kStatusNames[] = {{RunStatus::running, "running"},
                                                                   {RunStatus::finished, "finished"},
                                                                   {RunStatus::failed, "failed"},
                                                                   {RunStatus::killed, "killed"},
                                                                   {RunStatus::cached, "cached"}};

RunStatus read_status(ObjectReader& reader) {
  const std::string text = reader.string("status");
  for (const auto& [status, name] : kStatusNames) {
    if (text == name) return status;
  }
  reader.fail("status", fmt::format("`{}` is not a status of a run", printable(text)));
}

Value metric_map(const std::map<std::string, MetricPoint>& metrics) {
  Value out = Value::object();
  for (const auto& [key, point] : metrics) {
    out.members().emplace_back(
        key, Value(Value::Object{
                 {"value", Value(point.value)}, {"step", Value(point.step)}, {"time", Value(format_utc(point.time))}}));
  }
  return out;
}

std::map<std::string, MetricPoint> read_metrics(ObjectReader& reader, std::string_view source) {
  std::map<std::string, MetricPoint> out;
  for (const auto& [key, value] : reader.object("metrics")) {
    ObjectReader point(value, source, fmt::format("metric `{}`", printable(key)));
    out.emplace(key, MetricPoint{point.integer("step"), point.number("value"), read_time(point, "time")});
    point.finish();
  }
  return out;
}

BoundsRecord read_bounds(const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "`bounds`");
  BoundsRecord bounds;
  bounds.held_by = reader.string("held_by");
  bounds.allowed = read_string_map(reader, "allowed", source);
  if (const Value* const found = reader.find("used")) {
    ObjectReader used(*found, source, "`used`");
    for (const auto& [name, amount] : found->members()) bounds.used.emplace(name, read_count(used, name));
  }
  bounds.gpus = reader.strings("gpus");
  bounds.stopped = reader.string_or("stopped", "");
  reader.finish();
  return bounds;
}

TraceRecord read_trace(const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "`trace`");
  TraceRecord trace;
  trace.method = reader.string("method");
  trace.reason = reader.string_or("reason", "");
  trace.reads = reader.strings("reads");
  trace.writes = reader.strings("writes");
  if (reader.find("more") != nullptr) trace.more = read_count(reader, "more");
  reader.finish();
  return trace;
}

Value string_list(const std::vector<std::string>& items) {
  Value out = Value::array();
  for (const std::string& item : items) out.push(item);
  return out;
}

}  // namespace

Value trace_value(const TraceRecord& trace) {
  Value out;
  out.set("method", trace.method);
  if (!trace.reason.empty()) out.set("reason", trace.reason);
  if (!trace.reads.empty()) out.set("reads", string_list(trace.reads));
  if (!trace.writes.empty()) out.set("writes", string_list(trace.writes));
  if (trace.more > 0) out.set("more", trace.more);
  return out;
}

Value bounds_value(const BoundsRecord& bounds) {
  Value out;
  out.set("held_by", bounds.held_by);
  if (!bounds.allowed.empty()) out.set("allowed", string_map_value(bounds.allowed));
  Value used = Value::object();
  for (const auto& [name, amount] : bounds.used) used.set(name, amount);
  if (!bounds.used.empty()) out.set("used", std::move(used));
  if (!bounds.gpus.empty()) out.set("gpus", string_list(bounds.gpus));
  if (!bounds.stopped.empty()) out.set("stopped", bounds.stopped);
  return out;
}

std::string_view to_string(RunStatus status) {
  for (const auto& [value, name] : kStatusNames) {
    if (value == status) return name;
  }
  return "unknown";
}

std::string emit_run(const RunRecord& r) {
  Value out;
  out.set("mlo", "run/1").set("id", r.id).set("name", r.name);
  if (!r.parent.empty()) out.set("parent", r.parent);
  if (!r.stage.empty()) out.set("stage", r.stage);
  out.set("experiment", r.experiment);
  if (!r.user.empty()) out.set("user", r.user);
  Value command = Value::array();
  for (const std::string& word : r.command) command.push(word);
  out.set("command", std::move(command)).set("status", to_string(r.status)).set("exit_code", r.exit_code);
  out.set("started", format_utc(r.started));
  if (r.status != RunStatus::running) out.set("ended", format_utc(r.ended));
  out.set("code", code_value(r.code));
  if (!r.params.members().empty()) out.set("params", r.params);
  if (!r.metrics.empty()) out.set("metrics", metric_map(r.metrics));
  if (!r.tags.empty()) out.set("tags", string_map_value(r.tags));
  if (!r.datasets.empty()) out.set("datasets", string_map_value(r.datasets));
  if (!r.inputs.empty()) out.set("inputs", artifact_list(r.inputs));
  if (!r.outputs.empty()) out.set("outputs", artifact_list(r.outputs));
  if (!r.artifacts.empty()) out.set("artifacts", artifact_list(r.artifacts));
  if (!r.environment.facts.empty()) out.set("environment", string_map_value(r.environment.facts));
  out.set("usage", Value(Value::Object{{"wall_seconds", Value(r.usage.wall_seconds)},
                                       {"user_seconds", Value(r.usage.user_seconds)},
                                       {"system_seconds", Value(r.usage.system_seconds)},
                                       {"max_rss_bytes", Value(r.usage.max_rss_bytes)}}));
  if (r.bounds) out.set("bounds", bounds_value(*r.bounds));
  if (r.trace) out.set("trace", trace_value(*r.trace));
  if (r.action) out.set("action", r.action->str());
  if (r.cached_from) out.set("cached_from", *r.cached_from);
  if (r.series) out.set("series", r.series->str());
  if (r.log) out.set("log", r.log->str());
  return emit_yaml(out);
}

RunRecord parse_run(std::string_view text, std::string_view source) {
  const Value document = parse_yaml(text, source, YamlDialect::manifest);
  ObjectReader reader(document, source, "the run");
  require_kind(reader, "run");
  RunRecord r;
  r.id = read_run_id(reader, "id");
  r.name = reader.string("name");
  if (reader.find("parent") != nullptr) r.parent = read_run_id(reader, "parent");
  r.stage = reader.string_or("stage", "");
  r.experiment = reader.string("experiment");
  r.user = reader.string_or("user", "");
  r.command = reader.strings("command");
  r.status = read_status(reader);
  r.exit_code = static_cast<int>(std::clamp<std::int64_t>(reader.integer("exit_code"), -1, 255));
  r.started = read_time(reader, "started");
  r.ended = reader.find("ended") == nullptr ? r.started : read_time(reader, "ended");
  r.code = read_code(reader.require("code"), source);
  r.params = read_params(reader, source);
  r.metrics = read_metrics(reader, source);
  r.tags = read_string_map(reader, "tags", source);
  r.datasets = read_string_map(reader, "datasets", source);
  r.inputs = read_artifacts(reader, "inputs", source);
  r.outputs = read_artifacts(reader, "outputs", source);
  r.artifacts = read_artifacts(reader, "artifacts", source);
  r.environment.facts = read_string_map(reader, "environment", source);
  ObjectReader usage(reader.require("usage"), source, "`usage`");
  r.usage = {usage.number("wall_seconds"), usage.number("user_seconds"), usage.number("system_seconds"),
             read_count(usage, "max_rss_bytes")};
  usage.finish();
  if (const Value* const bounds = reader.find("bounds")) r.bounds = read_bounds(*bounds, source);
  if (const Value* const trace = reader.find("trace")) r.trace = read_trace(*trace, source);
  if (reader.find("action") != nullptr) r.action = read_digest(reader, "action");
  if (reader.find("cached_from") != nullptr) r.cached_from = read_run_id(reader, "cached_from");
  if (reader.find("series") != nullptr) r.series = read_digest(reader, "series");
  if (reader.find("log") != nullptr) r.log = read_digest(reader, "log");
  reader.finish();
  return r;
}

std::string emit_amendment(const RunAmendment& a) {
  Value out;
  out.set("mlo", a.deleted ? "tombstone/1" : "amend/1").set("run", a.run).set("time", format_utc(a.time));
  if (a.deleted) out.set("deleted", *a.deleted);
  if (a.name) out.set("name", *a.name);
  if (a.note) out.set("note", *a.note);
  Value tags = Value::object();
  for (const auto& [key, value] : a.tags) tags.set(key, value ? Value(*value) : Value());
  if (!a.tags.empty()) out.set("tags", std::move(tags));
  return emit_yaml(out);
}

RunAmendment parse_amendment(std::string_view text, std::string_view source) {
  const Value document = parse_yaml(text, source, YamlDialect::manifest);
  ObjectReader reader(document, source, "the amendment");
  const bool tombstone = reader.string("mlo").starts_with("tombstone/");
  require_kind(reader, tombstone ? "tombstone" : "amend");
  RunAmendment a;
  a.run = read_run_id(reader, "run");
  a.time = read_time(reader, "time");
  if (tombstone) a.deleted = reader.boolean("deleted");
  if (reader.find("name") != nullptr) a.name = reader.string("name");
  if (reader.find("note") != nullptr) a.note = reader.string("note");
  for (const auto& [key, value] : reader.object("tags")) {
    if (!value.is_null() && !value.is(Value::Type::string))
      fail_at(source, value, fmt::format("tag `{}` must be a string or null", printable(key)));
    a.tags.emplace(key, value.is_null() ? std::nullopt : std::optional(value.as_string()));
  }
  reader.finish();
  return a;
}

}  // namespace mlo

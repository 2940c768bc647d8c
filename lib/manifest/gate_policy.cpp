#include "lib/manifest/gate_policy.hpp"

#include "lib/codec/yaml.hpp"
#include "lib/manifest/fields.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

std::string read_stage_name(ObjectReader& reader, std::string_view key) {
  std::string name = reader.string(key);
  if (!is_name(name)) reader.fail(key, fmt::format("`{}` is not the name of a stage", printable(name)));
  return name;
}

BaselinePolicy read_baseline(const Value& value, std::string_view source, const std::string& own_stage) {
  ObjectReader reader(value, source, "`baseline`");
  BaselinePolicy out;
  out.stage = reader.find("stage") == nullptr ? own_stage : read_stage_name(reader, "stage");
  const std::string missing = reader.string_or("on_missing", "pass");
  if (missing != "pass" && missing != "fail") reader.fail("on_missing", "`on_missing` must be `pass` or `fail`");
  out.required = missing == "fail";
  reader.finish();
  return out;
}

void read_columns(const Value& value, std::string_view source, EvaluationPolicy& out) {
  ObjectReader reader(value, source, "`columns`");
  out.label = reader.string("label");
  out.score = reader.string("score");
  out.slices = reader.strings("slices");
  reader.finish();
}

EvaluationPolicy read_evaluation(const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "`evaluation`");
  EvaluationPolicy out;
  out.stage = reader.string("stage");
  if (reader.find("pipeline") != nullptr) out.pipeline = read_path(reader, "pipeline");
  out.dataset = reader.string("dataset");
  if (!is_dataset_name(out.dataset))
    reader.fail("dataset", fmt::format("`{}` is not a dataset name", printable(out.dataset)));
  if (reader.find("model") != nullptr) out.model = read_path(reader, "model");
  const Value* columns = reader.find("columns");
  if (reader.find("predictions") != nullptr) {
    out.predictions = read_path(reader, "predictions");
    if (columns == nullptr) reader.fail("predictions", "`predictions` needs `columns` with `label` and `score`");
  }
  if (columns != nullptr) {
    if (out.predictions.empty()) fail_at(source, *columns, "`columns` needs `predictions`, whose columns they are");
    read_columns(*columns, source, out);
  }
  for (const char* key : {"min_rows", "threshold"}) {
    if (reader.find(key) != nullptr && out.predictions.empty())
      reader.fail(key, fmt::format("`{}` needs `predictions`", key));
  }
  if (reader.find("min_rows") != nullptr) out.min_rows = read_count(reader, "min_rows");
  if (reader.find("threshold") != nullptr) out.threshold = reader.number("threshold");
  if (!(out.threshold >= 0 && out.threshold <= 1)) reader.fail("threshold", "`threshold` must be between 0 and 1");
  reader.finish();
  return out;
}

GateRule read_rule(const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "a gate");
  GateRule out;
  out.id = reader.string("id");
  if (!is_name(out.id) || out.id.find('/') != std::string::npos)
    reader.fail("id", fmt::format("`{}` is not a name: small letters, digits, `-` and `_`", printable(out.id)));
  const std::string severity = reader.string_or("severity", "hard");
  if (severity != "hard" && severity != "soft") reader.fail("severity", "`severity` must be `hard` or `soft`");
  out.severity = severity == "soft" ? Severity::soft : Severity::hard;
  const bool metric = reader.find("metric") != nullptr, check = reader.find("check") != nullptr;
  if (metric == check)
    fail_at(source, value, fmt::format("gate `{}` needs {} `metric` or `check`", out.id, metric ? "only one of" : "a"));
  reader.string(metric ? "metric" : "check");
  out.body = value;
  return out;
}

}  // namespace

GatePolicy parse_gate_policy(std::string_view text, std::string_view source) {
  const Value document = parse_yaml(text, source, YamlDialect::manifest);
  ObjectReader reader(document, source, "the policy");
  require_kind(reader, "gate");
  GatePolicy out;
  out.source = source;
  out.stage = read_stage_name(reader, "stage");
  out.from = reader.strings("from");
  for (const std::string& stage : out.from) {
    if (!is_name(stage)) reader.fail("from", fmt::format("`{}` is not the name of a stage", printable(stage)));
  }
  out.baseline.stage = out.stage;
  if (const Value* value = reader.find("baseline")) out.baseline = read_baseline(*value, source, out.stage);
  if (const Value* value = reader.find("evaluation")) out.evaluation = read_evaluation(*value, source);
  reader.require("gates");
  for (const Value& item : reader.array("gates")) {
    out.gates.push_back(read_rule(item, source));
    for (std::size_t i = 0; i + 1 < out.gates.size(); ++i) {
      if (out.gates[i].id == out.gates.back().id)
        fail_at(source, item, fmt::format("two gates have the id `{}`", out.gates[i].id));
    }
  }
  if (out.gates.empty()) reader.fail("gates", "`gates` must name at least one gate");
  reader.finish();
  return out;
}

}  // namespace mlo

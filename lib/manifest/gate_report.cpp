#include "lib/manifest/gate_report.hpp"

#include "lib/codec/yaml.hpp"
#include "lib/manifest/fields.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/random.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::pair<Verdict, std::string_view> kVerdicts[] = {
    {Verdict::pass, "pass"}, {Verdict::fail, "fail"}, {Verdict::missing, "missing"}};

Value metric_map(const std::map<std::string, double>& metrics) {
  Value out = Value::object();
  for (const auto& [key, value] : metrics) out.members().emplace_back(key, value);
  return out;
}

Value dataset_value(const UsedDataset& dataset) {
  return Value(Value::Object{{"name", dataset.name}, {"id", dataset.id.str()}});
}

Value version_value(const ReportedVersion& version) {
  Value out;
  out.set("name", version.name).set("version", version.version).set("id", version.id.str());
  out.set("commit", version.commit);
  if (!version.run.empty()) out.set("run", version.run);
  if (!version.metrics.empty()) out.set("metrics", metric_map(version.metrics));
  return out;
}

Value result_value(const GateResult& result) {
  Value out;
  out.set("gate", result.gate).set("check", result.check).set("what", result.what);
  if (result.severity == Severity::soft) out.set("severity", "soft");
  out.set("verdict", to_string(result.verdict));
  if (result.candidate) out.set("candidate", *result.candidate);
  if (result.champion) out.set("champion", *result.champion);
  if (!result.bound.empty()) out.set("bound", result.bound);
  if (!result.reason.empty()) out.set("reason", result.reason);
  return out;
}

UsedDataset read_dataset(const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "`holdout`");
  UsedDataset out{reader.string("name"), read_digest(reader, "id")};
  if (!is_dataset_name(out.name)) reader.fail("name", fmt::format("`{}` is not a dataset name", printable(out.name)));
  reader.finish();
  return out;
}

std::string read_commit(ObjectReader& reader, std::string_view key) {
  std::string text = reader.string(key);
  if (!text.starts_with("git-sha1:") || text.size() != 49 ||
      text.find_first_not_of("0123456789abcdef", 9) != std::string::npos)
    reader.fail(key, fmt::format("`{}` is not a commit: expected git-sha1: and 40 hex digits", printable(text)));
  return text;
}

ReportedVersion read_version(const Value& value, std::string_view source, std::string_view what) {
  ObjectReader reader(value, source, fmt::format("`{}`", what));
  ReportedVersion out;
  out.name = reader.string("name");
  if (!is_name(out.name)) reader.fail("name", fmt::format("`{}` is not the name of a model", printable(out.name)));
  out.version = reader.string("version");
  out.id = read_digest(reader, "id");
  out.commit = read_commit(reader, "commit");
  out.run = reader.string_or("run", "");
  if (!out.run.empty() && !is_uuid7(out.run))
    reader.fail("run", fmt::format("`{}` is not a run id", printable(out.run)));
  for (const auto& [key, metric] : reader.object("metrics")) {
    if (!metric.is_number()) fail_at(source, metric, fmt::format("metric `{}` must be a number", printable(key)));
    out.metrics.emplace(key, metric.as_number());
  }
  reader.finish();
  return out;
}

GateResult read_result(const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "a result");
  GateResult out;
  out.gate = reader.string("gate");
  out.check = reader.string("check");
  out.what = reader.string("what");
  const std::string severity = reader.string_or("severity", "hard"), verdict = reader.string("verdict");
  if (severity != "hard" && severity != "soft") reader.fail("severity", "`severity` must be `hard` or `soft`");
  out.severity = severity == "soft" ? Severity::soft : Severity::hard;
  const auto known = std::find_if(std::begin(kVerdicts), std::end(kVerdicts),
                                  [&](const auto& pair) { return pair.second == verdict; });
  if (known == std::end(kVerdicts)) reader.fail("verdict", "`verdict` must be `pass`, `fail` or `missing`");
  out.verdict = known->first;
  if (reader.find("candidate") != nullptr) out.candidate = reader.number("candidate");
  if (reader.find("champion") != nullptr) out.champion = reader.number("champion");
  out.bound = reader.string_or("bound", "");
  out.reason = reader.string_or("reason", "");
  reader.finish();
  return out;
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  for (const auto& [value, name] : kVerdicts) {
    if (value == verdict) return name;
  }
  return "missing";
}

bool GateReport::passed() const {
  return std::all_of(results.begin(), results.end(), [&](const GateResult& result) {
    return result.verdict == Verdict::pass || result.severity == Severity::soft ||
           find_override(result.gate) != nullptr;
  });
}

const GateOverride* GateReport::find_override(std::string_view gate) const {
  const auto it =
      std::find_if(overrides.begin(), overrides.end(), [&](const GateOverride& o) { return o.gate == gate; });
  return it == overrides.end() ? nullptr : &*it;
}

Value to_value(const GateReport& report) {
  Value out;
  out.set("mlo", "gate-report/1").set("stage", report.stage).set("passed", report.passed());
  out.set("when", format_utc(report.when));
  if (!report.policy_commit.empty()) out.set("policy_commit", report.policy_commit);
  if (report.policy) out.set("policy", report.policy->str());
  if (report.holdout) out.set("holdout", dataset_value(*report.holdout));
  out.set("candidate", version_value(report.candidate));
  if (report.champion) out.set("champion", version_value(*report.champion));
  Value results = Value::array(), overrides = Value::array();
  for (const GateResult& result : report.results) results.push(result_value(result));
  for (const GateOverride& o : report.overrides)
    overrides.push(Value(Value::Object{{"gate", o.gate}, {"reason", o.reason}, {"who", o.who}}));
  out.set("results", std::move(results));
  if (!report.overrides.empty()) out.set("overrides", std::move(overrides));
  return out;
}

std::string emit_gate_report(const GateReport& report) { return emit_yaml(to_value(report)); }

GateReport parse_gate_report(std::string_view text, std::string_view source) {
  const Value document = parse_yaml(text, source, YamlDialect::manifest);
  ObjectReader reader(document, source, "the report");
  require_kind(reader, "gate-report");
  GateReport out;
  out.stage = reader.string("stage");
  if (!is_name(out.stage)) reader.fail("stage", fmt::format("`{}` is not the name of a stage", printable(out.stage)));
  const bool passed = reader.boolean("passed");
  out.when = read_time(reader, "when");
  if (reader.find("policy_commit") != nullptr) out.policy_commit = read_commit(reader, "policy_commit");
  if (reader.find("policy") != nullptr) out.policy = read_digest(reader, "policy");
  if (const Value* value = reader.find("holdout")) out.holdout = read_dataset(*value, source);
  out.candidate = read_version(reader.require("candidate"), source, "candidate");
  if (const Value* value = reader.find("champion")) out.champion = read_version(*value, source, "champion");
  reader.require("results");
  for (const Value& item : reader.array("results")) out.results.push_back(read_result(item, source));
  for (const Value& item : reader.array("overrides")) {
    ObjectReader entry(item, source, "an override");
    out.overrides.push_back({entry.string("gate"), entry.string("reason"), entry.string("who")});
    entry.finish();
  }
  reader.finish();
  if (passed != out.passed()) reader.fail("passed", "`passed` is not what the results and overrides say");
  return out;
}

}  // namespace mlo

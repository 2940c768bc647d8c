#include "lib/manifest/attestation.hpp"

#include "lib/codec/yaml.hpp"
#include "lib/manifest/fields.hpp"
#include "lib/manifest/record_parts.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::pair<Reproduction, std::string_view> kVerdictNames[] = {
    {Reproduction::identical, "identical"},
    {Reproduction::within_tolerance, "within-tolerance"},
    {Reproduction::not_comparable, "not-comparable"},
    {Reproduction::different, "different"},
    {Reproduction::unverifiable, "unverifiable"}};

Reproduction read_verdict(ObjectReader& reader) {
  const std::string text = reader.string("verdict");
  for (const auto& [verdict, name] : kVerdictNames) {
    if (text == name) return verdict;
  }
  reader.fail("verdict", fmt::format("`{}` is not a verdict of a verification", printable(text)));
}

std::optional<Digest> find_digest(ObjectReader& reader, std::string_view key) {
  return reader.find(key) == nullptr ? std::nullopt : std::optional(read_digest(reader, key));
}

AttestedStage read_stage(const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "an entry of `stages`");
  AttestedStage s;
  s.stage = reader.string("stage");
  s.run = read_run_id(reader, "run");
  s.action = find_digest(reader, "action");
  s.verdict = read_verdict(reader);
  s.reason = reader.string_or("reason", "");
  for (const auto& [path, id] : reader.object("materials")) {
    const auto digest = id.is(Value::Type::string) ? Digest::parse(id.as_string()) : std::nullopt;
    if (!digest || !is_safe_relative(path))
      fail_at(source, id, fmt::format("`{}` must be a path below the repository with a digest", printable(path)));
    s.materials.emplace(path, *digest);
  }
  for (const Value& item : reader.array("subject")) {
    ObjectReader output(item, source, "an entry of `subject`");
    s.subject.push_back({read_path(output, "path"), read_digest(output, "recorded"), find_digest(output, "found"),
                         find_digest(output, "again")});
    output.finish();
  }
  reader.finish();
  return s;
}

}  // namespace

std::string_view to_string(Reproduction verdict) {
  for (const auto& [value, name] : kVerdictNames) {
    if (value == verdict) return name;
  }
  return "unknown";
}

bool is_reproduced(Reproduction verdict) {
  return verdict == Reproduction::identical || verdict == Reproduction::within_tolerance;
}

Value to_value(const AttestedStage& s) {
  Value out;
  out.set("stage", s.stage).set("run", s.run);
  if (s.action) out.set("action", s.action->str());
  out.set("verdict", to_string(s.verdict));
  if (!s.reason.empty()) out.set("reason", s.reason);
  Value materials = Value::object(), subject = Value::array();
  for (const auto& [path, id] : s.materials) materials.members().emplace_back(path, id.str());
  for (const AttestedOutput& output : s.subject) {
    Value item;
    item.set("path", output.path).set("recorded", output.recorded.str());
    if (output.found) item.set("found", output.found->str());
    if (output.again) item.set("again", output.again->str());
    subject.push(std::move(item));
  }
  return out.set("materials", std::move(materials)).set("subject", std::move(subject));
}

Value to_value(const Attestation& a) {
  Value out;
  out.set("mlo", "attestation/1").set("run", a.run).set("time", format_utc(a.time)).set("verifier", a.verifier);
  out.set("verdict", to_string(a.verdict)).set("executions", a.executions);
  if (a.tolerance > 0) out.set("tolerance", a.tolerance);
  out.set("code", code_value(a.code));
  if (!a.environment.facts.empty()) out.set("environment", string_map_value(a.environment.facts));
  Value stages = Value::array();
  for (const AttestedStage& stage : a.stages) stages.push(to_value(stage));
  return out.set("stages", std::move(stages));
}

std::string emit_attestation(const Attestation& attestation) { return emit_yaml(to_value(attestation)); }

Attestation parse_attestation(std::string_view text, std::string_view source) {
  const Value document = parse_yaml(text, source, YamlDialect::manifest);
  ObjectReader reader(document, source, "the attestation");
  require_kind(reader, "attestation");
  Attestation a;
  a.run = read_run_id(reader, "run");
  a.time = read_time(reader, "time");
  a.verifier = reader.string("verifier");
  a.verdict = read_verdict(reader);
  const std::int64_t executions = reader.integer("executions");
  if (executions != 1 && executions != 2) reader.fail("executions", "`executions` must be 1 or 2");
  a.executions = static_cast<int>(executions);
  if (reader.find("tolerance") != nullptr) a.tolerance = reader.number("tolerance");
  if (!(a.tolerance >= 0 && a.tolerance < 1)) reader.fail("tolerance", "`tolerance` must be at least 0 and below 1");
  a.code = read_code(reader.require("code"), source);
  a.environment.facts = read_string_map(reader, "environment", source);
  for (const Value& stage : reader.array("stages")) {
    a.stages.push_back(read_stage(stage, source));
    if (a.stages.back().verdict > a.verdict)
      reader.fail("verdict", fmt::format("stage `{}` is `{}`, which is worse than the whole",
                                         printable(a.stages.back().stage), to_string(a.stages.back().verdict)));
  }
  if (a.stages.empty()) reader.fail("stages", "an attestation is about at least one stage");
  reader.finish();
  return a;
}

}  // namespace mlo

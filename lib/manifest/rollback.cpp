#include "lib/manifest/rollback.hpp"

#include "lib/codec/yaml.hpp"
#include "lib/manifest/fields.hpp"

namespace mlo {

std::string emit_rollback(const Rollback& r) {
  Value out;
  out.set("mlo", "rollback/1").set("stage", r.stage).set("when", format_utc(r.when)).set("who", r.who);
  if (!r.reason.empty()) out.set("reason", r.reason);
  out.set("version",
          Value::object().set("name", r.name).set("version", r.version).set("id", r.id.str()).set("commit", r.commit));
  if (!r.replaces.empty()) out.set("replaces", r.replaces);
  out.set("promotion", Value::object().set("tag", r.promotion).set("report", r.report.str()));
  return emit_yaml(out);
}

Rollback parse_rollback(std::string_view text, std::string_view source) {
  const Value document = parse_yaml(text, source, YamlDialect::manifest);
  ObjectReader reader(document, source, "the rollback");
  require_kind(reader, "rollback");
  Rollback r;
  r.stage = reader.string("stage");
  r.when = read_time(reader, "when");
  r.who = reader.string("who");
  r.reason = reader.string_or("reason", "");
  ObjectReader version(reader.require("version"), source, "`version`");
  r.name = version.string("name");
  r.version = version.string("version");
  r.id = read_digest(version, "id");
  r.commit = version.string("commit");
  version.finish();
  r.replaces = reader.string_or("replaces", "");
  ObjectReader promotion(reader.require("promotion"), source, "`promotion`");
  r.promotion = promotion.string("tag");
  r.report = read_digest(promotion, "report");
  promotion.finish();
  reader.finish();
  return r;
}

}  // namespace mlo

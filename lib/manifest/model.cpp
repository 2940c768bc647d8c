#include "lib/manifest/model.hpp"

#include "lib/codec/yaml.hpp"
#include "lib/manifest/fields.hpp"
#include "lib/manifest/names.hpp"
#include "lib/manifest/record_parts.hpp"
#include "lib/manifest/semver.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

Value used_value(const UsedDataset& used) { return Value::object().set("name", used.name).set("id", used.id.str()); }

UsedDataset read_used(const Value& value, std::string_view source, std::string what) {
  ObjectReader reader(value, source, std::move(what));
  UsedDataset out{read_path(reader, "name"), read_digest(reader, "id")};
  reader.finish();
  return out;
}

struct CardField {
  std::string_view key;
  std::string CardText::*text;
};
constexpr CardField kCard[] = {{"description", &CardText::description},
                               {"intended_use", &CardText::intended_use},
                               {"limitations", &CardText::limitations},
                               {"ethics", &CardText::ethics},
                               {"license", &CardText::license}};

Value card_value(const CardText& card) {
  Value out = Value::object();
  for (const CardField& field : kCard) {
    if (!(card.*field.text).empty()) out.set(field.key, card.*field.text);
  }
  Value owners = Value::array();
  for (const std::string& owner : card.owners) owners.push(owner);
  if (!card.owners.empty()) out.set("owners", std::move(owners));
  return out;
}

CardText read_card(const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "`card`");
  CardText card;
  for (const CardField& field : kCard) card.*field.text = reader.string_or(field.key, "");
  card.owners = reader.strings("owners");
  reader.finish();
  return card;
}

Value metrics_value(const std::map<std::string, double>& metrics) {
  Value out = Value::object();
  for (const auto& [key, value] : metrics) out.members().emplace_back(key, value);
  return out;
}

std::map<std::string, double> read_scores(ObjectReader& reader, std::string_view source) {
  std::map<std::string, double> out;
  for (const auto& [key, value] : reader.object("metrics")) {
    if (!is_metric_key(key)) fail_at(source, value, fmt::format("`{}` is not a metric key", printable(key)));
    if (!value.is_number()) fail_at(source, value, fmt::format("metric `{}` must be a number", printable(key)));
    out.emplace(key, value.as_number());
  }
  if (out.empty()) reader.fail("metrics", "a model needs its evaluation scores in `metrics`");
  return out;
}

std::vector<SchemaColumn> read_features(ObjectReader& reader, std::string_view source) {
  std::vector<SchemaColumn> out;
  std::map<std::string, int> seen;
  for (const Value& item : reader.array("features")) {
    ObjectReader column(item, source, "a feature");
    out.push_back({column.string("name"), column.string("type")});
    if (seen[out.back().name]++ != 0)
      column.fail("name", fmt::format("the feature `{}` stands twice", printable(out.back().name)));
    column.finish();
  }
  if (out.empty()) reader.fail("features", "a model needs the schema of what it takes in `features`");
  return out;
}

}  // namespace

std::string emit_model(const ModelManifest& m) {
  Value out;
  out.set("mlo", "model/1").set("name", m.name).set("version", m.version).set("created", format_utc(m.created));
  out.set("author", m.author).set("run", m.run);
  if (!m.stage.empty()) out.set("stage", m.stage);
  out.set("model", artifact_value(m.model)).set("code", code_value(m.code));
  Value training = Value::array(), features = Value::array();
  for (const UsedDataset& used : m.training) training.push(used_value(used));
  for (const SchemaColumn& column : m.features)
    features.push(Value::object().set("name", column.name).set("type", column.type));
  out.set("training", std::move(training)).set("holdout", used_value(m.holdout));
  out.set("metrics", metrics_value(m.metrics));
  if (!m.params.members().empty()) out.set("params", m.params);
  out.set("features", std::move(features)).set("dependencies", string_map_value(m.dependencies));
  if (!m.environment.facts.empty()) out.set("environment", string_map_value(m.environment.facts));
  if (Value card = card_value(m.card); !card.members().empty()) out.set("card", std::move(card));
  return emit_yaml(out);
}

ModelManifest parse_model(std::string_view text, std::string_view source) {
  const Value document = parse_yaml(text, source, YamlDialect::manifest);
  ObjectReader reader(document, source, "the model");
  require_kind(reader, "model");
  ModelManifest m;
  m.name = reader.string("name");
  if (!is_name(m.name)) reader.fail("name", fmt::format("`{}` is not a model name", printable(m.name)));
  m.version = reader.string("version");
  if (!SemVer::parse(m.version))
    reader.fail("version", fmt::format("`{}` is not a version like 1.2.0", printable(m.version)));
  m.created = read_time(reader, "created");
  m.author = reader.string("author");
  m.run = read_run_id(reader, "run");
  m.stage = reader.string_or("stage", "");
  m.model = read_artifact(reader.require("model"), source, "`model`");
  m.code = read_code(reader.require("code"), source);
  for (const Value& item : reader.array("training")) m.training.push_back(read_used(item, source, "training data"));
  if (m.training.empty()) reader.fail("training", "a model needs what it was trained on in `training`");
  m.holdout = read_used(reader.require("holdout"), source, "`holdout`");
  m.metrics = read_scores(reader, source);
  m.params = read_params(reader, source);
  m.features = read_features(reader, source);
  reader.require("dependencies");
  m.dependencies = read_string_map(reader, "dependencies", source);
  m.environment.facts = read_string_map(reader, "environment", source);
  if (const Value* card = reader.find("card")) m.card = read_card(*card, source);
  reader.finish();
  return m;
}

CardText parse_card(std::string_view text, std::string_view source) {
  return read_card(parse_yaml(text, source, YamlDialect::user), source);
}

}  // namespace mlo

#include "cli/commands/model_page.hpp"

#include "lib/runs/run_message.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

Value used_value(const UsedDataset& used) { return Value::object().set("name", used.name).set("id", used.id.str()); }

Value text_map(const std::map<std::string, std::string>& map) {
  Value out = Value::object();
  for (const auto& [key, value] : map) out.members().emplace_back(key, value);
  return out;
}

Value code_value(const CodeState& code) {
  return Value::object()
      .set("commit", code.commit)
      .set("branch", code.branch)
      .set("dirty", code.dirty)
      .set("tree", code.tree ? Value(code.tree->str()) : Value());
}

Value card_value(const CardText& card) {
  Value owners = Value::array();
  for (const std::string& owner : card.owners) owners.push(owner);
  return Value::object()
      .set("description", card.description)
      .set("intended_use", card.intended_use)
      .set("limitations", card.limitations)
      .set("ethics", card.ethics)
      .set("license", card.license)
      .set("owners", std::move(owners));
}

}  // namespace

Value model_value(const ModelManifest& m) {
  Value training = Value::array(), features = Value::array(), metrics = Value::object();
  for (const UsedDataset& used : m.training) training.push(used_value(used));
  for (const SchemaColumn& column : m.features)
    features.push(Value::object().set("name", column.name).set("type", column.type));
  for (const auto& [key, value] : m.metrics) metrics.members().emplace_back(key, value);
  return Value::object()
      .set("name", m.name)
      .set("version", m.version)
      .set("created", format_utc(m.created))
      .set("author", m.author)
      .set("run", m.run)
      .set("stage", m.stage)
      .set("model", Value::object()
                        .set("path", m.model.path)
                        .set("id", m.model.id.str())
                        .set("bytes", m.model.bytes)
                        .set("files", m.model.directory ? m.model.files : 1)
                        .set("directory", m.model.directory))
      .set("code", code_value(m.code))
      .set("training", std::move(training))
      .set("holdout", used_value(m.holdout))
      .set("metrics", std::move(metrics))
      .set("params", m.params)
      .set("features", std::move(features))
      .set("dependencies", text_map(m.dependencies))
      .set("environment", text_map(m.environment.facts))
      .set("card", card_value(m.card));
}

std::string scores_text(const ModelManifest& manifest, std::size_t most) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : manifest.metrics) {
    if (key.find('[') != std::string::npos) continue;
    if (parts.size() == most) {
      parts.emplace_back("..");
      break;
    }
    parts.push_back(fmt::format("{} {}", key, format_metric(value)));
  }
  return join(parts, ", ");
}

std::string content_text(const Artifact& model) {
  const std::string files = model.directory ? count_of(model.files, "file") + ", " : "";
  return fmt::format("{}, {}{}, {}", model.path, files, format_bytes({model.bytes}), model.id.brief());
}

}  // namespace mlo::cli

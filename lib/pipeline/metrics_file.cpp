#include "lib/pipeline/metrics_file.hpp"

#include "lib/codec/json.hpp"
#include "lib/codec/reader.hpp"
#include "lib/codec/yaml.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

void flatten(const Value& value, const std::string& key, std::string_view file,
             std::vector<std::pair<std::string, double>>& out) {
  const std::string prefix = key.empty() ? "" : key + "/";
  if (value.is(Value::Type::object)) {
    for (const auto& [name, member] : value.members()) flatten(member, prefix + name, file, out);
  } else if (value.is(Value::Type::array)) {
    for (std::size_t i = 0; i < value.items().size(); ++i)
      flatten(value.items()[i], prefix + std::to_string(i), file, out);
  } else if (value.is_number()) {
    if (!is_metric_key(key)) fail_at(file, value, fmt::format("`{}` cannot name a metric", printable(key)));
    out.emplace_back(key, value.as_number());
  }
}

}  // namespace

Value parse_metrics_document(std::string_view text, std::string_view file) {
  const std::string extension = to_lower(fs::path(file).extension().string());
  if (extension == ".json") return parse_json(text, file, JsonDialect::python);
  if (extension == ".yaml" || extension == ".yml") return parse_yaml(text, file, YamlDialect::user);
  throw Error(ErrorKind::invalid, fmt::format("cannot read metrics from `{}`: not a .json, .yaml or .yml file", file));
}

std::vector<std::pair<std::string, double>> parse_metrics(std::string_view text, std::string_view file) {
  std::vector<std::pair<std::string, double>> out;
  const Value document = parse_metrics_document(text, file);
  flatten(document, document.is_number() ? fs::path(file).stem().string() : "", file, out);
  return out;
}

void flatten_params(const Value& value, const std::string& prefix, Value& into) {
  if (value.is(Value::Type::object)) {
    for (const auto& [key, member] : value.members())
      flatten_params(member, fmt::format("{}{}{}", prefix, prefix.empty() || prefix.back() == ':' ? "" : ".", key),
                     into);
  } else {
    into.set(prefix, value.is(Value::Type::array) ? Value(emit_json(value, JsonStyle::compact)) : value);
  }
}

}  // namespace mlo

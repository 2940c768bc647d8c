#include "lib/manifest/features.hpp"

#include <set>

#include "lib/codec/reader.hpp"
#include "lib/codec/yaml.hpp"
#include "lib/manifest/fields.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kTypes[] = {"boolean", "integer", "real", "string", "date", "timestamp"};
constexpr std::size_t kMostFeatures = 10'000;

/// A column's name that needs quotes nowhere: letters, digits and `_`, no digit first.
bool is_field_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && text.size() <= 100 && letter(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

std::string read_field_name(ObjectReader& reader, std::string_view key) {
  std::string name = reader.string(key);
  if (!is_field_name(name)) {
    reader.fail(key,
                fmt::format("`{}` is not a field name: use letters, digits and `_`, no digit first", printable(name)));
  }
  return name;
}

FeatureType read_type(ObjectReader& reader, std::string_view key) {
  const std::string text = reader.string(key);
  const auto found = std::find(std::begin(kTypes), std::end(kTypes), text);
  if (found == std::end(kTypes)) {
    reader.fail(key,
                fmt::format("`{}` is no type: use boolean, integer, real, string, date or timestamp", printable(text)));
  }
  return static_cast<FeatureType>(found - std::begin(kTypes));
}

std::string read_name(ObjectReader& reader) {
  std::string name = reader.string("name");
  if (!is_dataset_name(name))
    reader.fail("name", fmt::format("`{}` is not a name: use lower-case letters and digits, "
                                    "with single `_ - .` between and `/` to nest",
                                    printable(name)));
  static constexpr std::string_view kCommands[] = {"train", "get", "serve", "status", "plan"};
  if (std::find(std::begin(kCommands), std::end(kCommands), name) != std::end(kCommands))
    reader.fail("name", fmt::format("`{0}` cannot be a name: `mlo materialize {0}` is a command", name));
  return name;
}

/// Fails at `item` if `seen` has `text` already.
void require_new(std::set<std::string>& seen, const std::string& text, std::string_view source, const Value& item) {
  if (!seen.insert(text).second) fail_at(source, item, fmt::format("`{}` is named twice", printable(text)));
}

EntityManifest read_entity(ObjectReader& reader, std::string_view source) {
  EntityManifest entity{.name = read_name(reader), .file = std::string(source), .keys = {}, .description = {}};
  std::set<std::string> seen;
  for (const Value& item : reader.array("keys")) {
    ObjectReader key(item, source, "a key");
    entity.keys.push_back({read_field_name(key, "name"), read_type(key, "type")});
    const FeatureType type = entity.keys.back().type;
    if (type != FeatureType::integer && type != FeatureType::string)
      key.fail("type", "a join key is an `integer` or a `string`");
    require_new(seen, entity.keys.back().name, source, item);
    key.finish();
  }
  if (entity.keys.empty()) reader.fail("keys", "`keys` must list one join key or more");
  entity.description = reader.string_or("description", "");
  return entity;
}

/// A repository path that may be a glob; written like any other path.
std::string checked_path(const std::string& path, std::string_view source, const Value& at) {
  if (!is_safe_relative(path) || path == ".mlo" || path.starts_with(".mlo/"))
    fail_at(source, at, fmt::format("`{}` is not a path below the repository", printable(path)));
  return path;
}

/// `path`, `dataset` and `null_values` of a source.
TableSource read_table(ObjectReader& reader, std::string_view source) {
  TableSource table;
  const Value* const path = reader.find("path");
  if (path != nullptr) {
    table.paths = reader.strings("path", /*allow_single=*/true);
    for (std::size_t i = 0; i < table.paths.size(); ++i)
      checked_path(table.paths[i], source, path->is(Value::Type::array) ? path->items()[i] : *path);
    if (table.paths.empty()) reader.fail("path", "`path` names no file");
  }
  table.dataset = reader.string_or("dataset", "");
  if (table.dataset.empty() == table.paths.empty())
    reader.fail("path", "a source needs one of `path`, `dataset` and `sql`");
  table.nulls = reader.strings("null_values", /*allow_single=*/true);
  return table;
}

QuerySource read_query(ObjectReader& reader, std::string_view source) {
  QuerySource query;
  query.sql = reader.string("sql");
  for (const char* key : {"path", "dataset", "null_values"}) {
    if (reader.find(key) != nullptr)
      reader.fail(key, fmt::format("with `sql`, `{}` belongs to a table of `tables`", key));
  }
  std::set<std::string> seen;
  for (const auto& [name, value] : reader.object("tables")) {
    if (!is_field_name(name))
      fail_at(source, value, fmt::format("`{}` cannot name a table: use letters, digits and `_`", printable(name)));
    require_new(seen, to_lower(name), source, value);
    if (value.is(Value::Type::string)) {
      query.tables.push_back(
          {name, {.paths = {checked_path(value.as_string(), source, value)}, .dataset = {}, .nulls = {}}});
    } else {
      ObjectReader table(value, source, fmt::format("table `{}`", name));
      query.tables.push_back({name, read_table(table, source)});
      table.finish();
    }
  }
  if (query.tables.empty()) reader.fail("tables", "`sql` needs `tables`: what it may read, by name");
  return query;
}

void read_source(ViewManifest& view, const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "`source`");
  if (reader.find("sql") != nullptr) {
    view.source = read_query(reader, source);
  } else {
    view.source = read_table(reader, source);
  }
  view.timestamp_field = reader.string("timestamp_field");
  view.created_timestamp_column = reader.string_or("created_timestamp_column", "");
  std::set<std::string> seen;
  for (const auto& [column, name] : reader.object("field_mapping")) {
    if (!name.is(Value::Type::string)) fail_at(source, name, "`field_mapping` maps a column to a name");
    require_new(seen, name.as_string(), source, name);
    view.columns.emplace_back(name.as_string(), column);
  }
  reader.finish();
}

void read_ttl(ViewManifest& view, ObjectReader& reader) {
  const Value* const value = reader.find("ttl");
  if (value == nullptr) return;
  const auto ttl = value->is_scalar() && !value->is_null() ? parse_duration(display(*value)) : std::nullopt;
  if (!ttl)
    reader.fail("ttl", fmt::format("cannot read `ttl: {}`: expected seconds, or a number with s, m, h or d",
                                   printable(display(*value))));
  view.ttl = *ttl;
}

ViewManifest read_view(ObjectReader& reader, std::string_view source) {
  ViewManifest view;
  view.name = read_name(reader);
  view.file = source;
  std::set<std::string> seen;
  for (const std::string& name : reader.strings("entities")) {
    const Value& item = reader.array("entities")[view.entities.size()];
    require_new(seen, name, source, item);
    view.entities.push_back({name, item.mark()});
  }
  if (view.entities.empty()) reader.fail("entities", "`entities` must list one entity or more");
  read_ttl(view, reader);
  read_source(view, reader.require("source"), source);
  seen.clear();
  for (const Value& item : reader.array("features")) {
    ObjectReader feature(item, source, "a feature");
    view.features.push_back(
        {read_field_name(feature, "name"), read_type(feature, "dtype"), feature.string_or("description", "")});
    require_new(seen, to_lower(view.features.back().name), source, item);
    feature.finish();
  }
  if (view.features.empty()) reader.fail("features", "`features` must list one feature or more");
  if (view.features.size() > kMostFeatures) reader.fail("features", "a view has 10,000 features at most");
  view.description = reader.string_or("description", "");
  return view;
}

ServiceManifest read_service(ObjectReader& reader, std::string_view source) {
  ServiceManifest service;
  service.name = read_name(reader);
  service.file = source;
  std::set<std::string> seen;
  for (const std::string& text : reader.strings("features")) {
    const Value& item = reader.array("features")[service.features.size()];
    const auto reference = parse_feature_reference(text);
    if (!reference) fail_at(source, item, fmt::format("`{}` is not `view:feature`", printable(text)));
    require_new(seen, text, source, item);
    service.features.push_back({*reference, item.mark()});
  }
  if (service.features.empty()) reader.fail("features", "`features` must list one feature or more");
  service.description = reader.string_or("description", "");
  return service;
}

template <class Manifest>
FeatureManifest read_rest(ObjectReader& reader, std::string_view kind, std::string_view source,
                          Manifest (*read)(ObjectReader&, std::string_view)) {
  require_kind(reader, kind);
  FeatureManifest manifest = read(reader, source);
  static_cast<void>(reader.string_or("owner", ""));
  reader.finish();
  return manifest;
}

}  // namespace

std::string_view to_string(FeatureType type) { return kTypes[static_cast<std::size_t>(type)]; }

std::optional<FeatureReference> parse_feature_reference(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  FeatureReference reference{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
  if (!is_dataset_name(reference.view) || !is_field_name(reference.feature)) return std::nullopt;
  return reference;
}

FeatureManifest parse_feature_manifest(std::string_view text, std::string_view source) {
  const Value document = parse_yaml(text, source, YamlDialect::manifest);
  ObjectReader reader(document, source, "the manifest");
  const std::string kind = reader.string("mlo");
  if (kind.starts_with("entity/")) return read_rest(reader, "entity", source, read_entity);
  if (kind.starts_with("view/")) return read_rest(reader, "view", source, read_view);
  if (kind.starts_with("service/")) return read_rest(reader, "service", source, read_service);
  reader.fail("mlo", fmt::format("expected `entity/1`, `view/1` or `service/1`, not `{}`", printable(kind)));
}

}  // namespace mlo

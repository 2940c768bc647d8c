#include "lib/codec/yaml.hpp"
#include "lib/drift/baseline.hpp"
#include "lib/manifest/fields.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

#include <set>

namespace mlo::drift {
namespace {

Value strings_value(const std::vector<std::string>& items) {
  Value array = Value::array();
  for (const std::string& item : items) array.push(item);
  return array;
}

/// What differs from the defaults.
Value options_value(const DriftOptions& options) {
  Value out = Value::object();
  if (!options.columns.empty()) out.set("columns", strings_value(options.columns));
  if (!options.ignored.empty()) out.set("ignored", strings_value(options.ignored));
  if (!options.tests.empty()) out.set("tests", strings_value(options.tests));
  if (options.threshold) out.set("threshold", *options.threshold);
  if (options.share != DriftOptions{}.share) out.set("share", options.share);
  std::map<std::string, Value> columns;
  for (const auto& [name, kind] : options.kinds) columns[name].set("kind", std::string(to_string(kind)));
  for (const auto& [name, test] : options.column_tests) columns[name].set("test", test);
  for (const auto& [name, threshold] : options.column_thresholds) columns[name].set("threshold", threshold);
  Value by_column = Value::array();
  for (auto& [name, choice] : columns) {
    Value item;
    item.set("column", name);
    for (auto& [key, value] : choice.members()) item.set(key, value);
    by_column.push(std::move(item));
  }
  if (!columns.empty()) out.set("by_column", std::move(by_column));
  return out;
}

DriftOptions read_options(const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "`options`");
  DriftOptions options;
  options.columns = reader.strings("columns");
  options.ignored = reader.strings("ignored");
  options.tests = reader.strings("tests");
  if (reader.find("threshold") != nullptr) options.threshold = reader.number("threshold");
  if (reader.find("share") != nullptr) options.share = reader.number("share");
  std::set<std::string> named;
  for (const Value& item : reader.array("by_column")) {
    ObjectReader column(item, source, "a choice for a column");
    const std::string name = column.string("column");
    if (!named.insert(name).second) column.fail("column", fmt::format("`{}` is there twice", printable(name)));
    if (column.find("kind") != nullptr) {
      const std::string kind = column.string("kind");
      if (kind != "number" && kind != "category") column.fail("kind", "`kind` must be `number` or `category`");
      options.kinds[name] = kind == "number" ? ColumnKind::number : ColumnKind::category;
    }
    if (column.find("test") != nullptr) options.column_tests[name] = column.string("test");
    if (column.find("threshold") != nullptr) options.column_thresholds[name] = column.number("threshold");
    column.finish();
  }
  reader.finish();
  try {
    require_valid(options);
  } catch (const Error& error) {
    fail_at(source, value, error.message());
  }
  return options;
}

}  // namespace

std::string emit_baseline(const Baseline& baseline) {
  Value out;
  out.set("mlo", "drift-baseline/1").set("model", baseline.model).set("source", baseline.source);
  out.set("type", baseline.directory ? "directory" : "file").set("tree", baseline.tree.str());
  if (!baseline.directory) out.set("file_name", baseline.file_name);
  out.set("options", options_value(baseline.options));
  return emit_yaml(out);
}

Baseline parse_baseline(std::string_view text, std::string_view source) {
  const Value document = parse_yaml(text, source, YamlDialect::manifest);
  ObjectReader reader(document, source, "the manifest");
  require_kind(reader, "drift-baseline");
  Baseline baseline;
  baseline.model = reader.string("model");
  if (!is_name(baseline.model)) reader.fail("model", fmt::format("`{}` is no name", printable(baseline.model)));
  baseline.source = reader.string("source");
  const std::string type = reader.string("type");
  if (type != "directory" && type != "file") reader.fail("type", "`type` must be `directory` or `file`");
  baseline.directory = type == "directory";
  baseline.tree = read_digest(reader, "tree");
  if (!baseline.directory) baseline.file_name = reader.string("file_name");
  baseline.options = read_options(reader.require("options"), source);
  reader.finish();
  return baseline;
}

}  // namespace mlo::drift

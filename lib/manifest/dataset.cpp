#include "lib/manifest/dataset.hpp"

#include "lib/codec/yaml.hpp"
#include "lib/manifest/fields.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/text.hpp"

namespace mlo {

std::string emit_dataset(const DatasetManifest& m) {
  Value out;
  out.set("mlo", "dataset/1").set("name", m.name).set("path", m.path).set("type", m.directory ? "directory" : "file");
  if (m.executable) out.set("executable", true);
  out.set("tree", m.tree.str()).set("bytes", m.bytes).set("files", m.files);
  Value columns = Value::array();
  for (const SchemaColumn& column : m.schema) {
    columns.push(Value(Value::Object{{"name", column.name}, {"type", column.type}}));
  }
  if (!m.schema.empty()) out.set("schema", std::move(columns));
  if (m.source) out.set("source", *m.source);
  if (m.suite) out.set("suite", *m.suite);
  if (m.description) out.set("description", *m.description);
  for (const auto& [key, value] : m.extras) out.set(key, value);
  return emit_yaml(out);
}

DatasetManifest parse_dataset(std::string_view text, std::string_view source) {
  const Value document = parse_yaml(text, source, YamlDialect::manifest);
  ObjectReader reader(document, source, "the manifest");
  require_kind(reader, "dataset");
  DatasetManifest m;
  m.name = reader.string("name");
  if (!is_dataset_name(m.name)) reader.fail("name", fmt::format("`{}` is not a dataset name", printable(m.name)));
  m.path = read_path(reader, "path");
  const std::string type = reader.string("type");
  if (type != "directory" && type != "file") reader.fail("type", "`type` must be `directory` or `file`");
  m.directory = type == "directory";
  m.executable = reader.boolean_or("executable", false);
  m.tree = read_digest(reader, "tree");
  m.bytes = read_count(reader, "bytes");
  m.files = read_count(reader, "files");
  for (const Value& item : reader.array("schema")) {
    ObjectReader column(item, source, "a column");
    m.schema.push_back({column.string("name"), column.string("type")});
    column.finish();
  }
  if (reader.find("source") != nullptr) m.source = reader.string("source");
  if (reader.find("suite") != nullptr) m.suite = read_path(reader, "suite");
  if (reader.find("description") != nullptr) m.description = reader.string("description");
  reader.finish();
  for (const auto& [key, value] : document.members()) {
    if (key.starts_with("x-")) m.extras.emplace_back(key, value);
  }
  return m;
}

}  // namespace mlo

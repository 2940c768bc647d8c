#include "lib/manifest/dataset.hpp"

#include "lib/codec/yaml.hpp"
#include "lib/manifest/fields.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kCommit = "git-sha1:";

Value origin_value(const DataOrigin& o) {
  Value out;
  const auto put = [&](std::string_view key, const std::string& text) {
    if (!text.empty()) out.set(key, text);
  };
  put("repo", o.repo);
  put("dataset", o.dataset);
  put("path", o.path);
  if (o.revision) out.set("revision", *o.revision);
  if (!o.commit.empty()) out.set("commit", fmt::format("{}{}", kCommit, o.commit));
  put("url", o.url);
  put("etag", o.etag);
  put("last_modified", o.last_modified);
  return out;
}

DataOrigin read_origin(const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "the origin");
  DataOrigin o;
  if (reader.find("url") != nullptr) {
    o.url = reader.string("url");
    o.etag = reader.string_or("etag", "");
    o.last_modified = reader.string_or("last_modified", "");
  } else {
    o.repo = reader.string("repo");
    o.dataset = reader.string("dataset");
    if (!is_dataset_name(o.dataset)) reader.fail("dataset", fmt::format("`{}` is no name", printable(o.dataset)));
    if (reader.find("path") != nullptr) o.path = read_path(reader, "path");
    if (reader.find("revision") != nullptr) o.revision = reader.string("revision");
    const std::string commit = reader.string("commit");
    o.commit = commit.substr(std::min(kCommit.size(), commit.size()));
    if (!commit.starts_with(kCommit) || o.commit.size() != 40 ||
        o.commit.find_first_not_of("0123456789abcdef") != std::string::npos)
      reader.fail("commit", "`commit` must be `git-sha1:` and 40 hex digits");
  }
  if (o.url.empty() && o.repo.empty()) reader.fail("repo", "empty");
  reader.finish();
  return o;
}

}  // namespace

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
  if (m.origin) out.set("origin", origin_value(*m.origin));
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
  if (const Value* origin = reader.find("origin")) m.origin = read_origin(*origin, source);
  if (reader.find("suite") != nullptr) m.suite = read_path(reader, "suite");
  if (reader.find("description") != nullptr) m.description = reader.string("description");
  reader.finish();
  for (const auto& [key, value] : document.members()) {
    if (key.starts_with("x-")) m.extras.emplace_back(key, value);
  }
  return m;
}

}  // namespace mlo

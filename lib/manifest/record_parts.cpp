#include "lib/manifest/record_parts.hpp"

#include "lib/manifest/fields.hpp"
#include "lib/util/random.hpp"
#include "lib/util/text.hpp"

namespace mlo {

std::string read_run_id(ObjectReader& reader, std::string_view key) {
  std::string id = reader.string(key);
  if (!is_uuid7(id)) reader.fail(key, fmt::format("`{}` is not a run id", printable(id)));
  return id;
}

Value string_map_value(const std::map<std::string, std::string>& map) {
  Value out = Value::object();
  for (const auto& [key, value] : map) out.members().emplace_back(key, value);
  return out;
}

std::map<std::string, std::string> read_string_map(ObjectReader& reader, std::string_view key,
                                                   std::string_view source) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : reader.object(key)) {
    if (!value.is(Value::Type::string)) fail_at(source, value, fmt::format("`{}` must be a string", printable(name)));
    out.emplace(name, value.as_string());
  }
  return out;
}

Value artifact_value(const Artifact& a) {
  Value item;
  item.set("path", a.path).set("id", a.id.str()).set("bytes", a.bytes);
  if (a.directory) item.set("files", a.files);
  if (!a.cached) item.set("cached", false);
  if (a.executable) item.set("executable", true);
  return item;
}

Artifact read_artifact(const Value& value, std::string_view source, std::string what) {
  ObjectReader entry(value, source, std::move(what));
  Artifact a;
  a.path = read_path(entry, "path");
  a.id = read_digest(entry, "id");
  a.bytes = read_count(entry, "bytes");
  a.directory = entry.find("files") != nullptr;
  if (a.directory) a.files = read_count(entry, "files");
  a.cached = entry.boolean_or("cached", true);
  a.executable = entry.boolean_or("executable", false);
  entry.finish();
  return a;
}

Value artifact_list(const std::vector<Artifact>& artifacts) {
  Value out = Value::array();
  for (const Artifact& artifact : artifacts) out.push(artifact_value(artifact));
  return out;
}

std::vector<Artifact> read_artifacts(ObjectReader& reader, std::string_view key, std::string_view source) {
  std::vector<Artifact> out;
  for (const Value& item : reader.array(key)) {
    out.push_back(read_artifact(item, source, fmt::format("an entry of `{}`", key)));
  }
  return out;
}

Value code_value(const CodeState& code) {
  Value out = Value::object();
  if (!code.commit.empty()) out.set("commit", code.commit);
  if (!code.branch.empty()) out.set("branch", code.branch);
  out.set("dirty", code.dirty);
  if (code.tree) out.set("tree", code.tree->str());
  return out;
}

CodeState read_code(const Value& value, std::string_view source) {
  ObjectReader reader(value, source, "`code`");
  CodeState code;
  code.commit = reader.string_or("commit", "");
  code.branch = reader.string_or("branch", "");
  code.dirty = reader.boolean("dirty");
  if (reader.find("tree") != nullptr) code.tree = read_digest(reader, "tree");
  reader.finish();
  return code;
}

Value read_params(ObjectReader& reader, std::string_view source) {
  Value out = Value::object();
  for (const auto& [key, value] : reader.object("params")) {
    if (!value.is_scalar())
      fail_at(source, value, fmt::format("parameter `{}` must be a single value", printable(key)));
    out.members().emplace_back(key, value);
  }
  return out;
}

}  // namespace mlo

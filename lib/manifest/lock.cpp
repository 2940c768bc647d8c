#include "lib/manifest/lock.hpp"

#include "lib/codec/merge_conflict.hpp"
#include "lib/codec/yaml.hpp"
#include "lib/manifest/fields.hpp"

namespace mlo {
namespace {

constexpr std::string_view kKind = "lock/1";

Value path_value(const LockedPath& at) {
  Value out = Value::object();
  out.set("path", at.path).set("id", at.id.str()).set("bytes", at.bytes);
  if (at.directory) out.set("files", at.files);
  return out;
}

Value stage_value(const StageLock& stage) {
  Value out = Value::object();
  if (stage.commands.size() == 1) {
    out.set("cmd", stage.commands[0]);
  } else {
    Value list = Value::array();
    for (const std::string& command : stage.commands) list.push(command);
    out.set("cmd", std::move(list));
  }
  if (!stage.wdir.empty()) out.set("wdir", stage.wdir);
  Value deps = Value::array(), params = Value::object(), env = Value::object(), outputs = Value::array();
  for (const LockedPath& dep : stage.deps) deps.push(path_value(dep));
  for (const auto& [file, keys] : stage.params) {
    Value values = Value::object();
    for (const auto& [key, value] : keys) values.set(key, value);
    params.set(file, std::move(values));
  }
  for (const auto& [name, value] : stage.env) env.set(name, value);
  for (const LockedOutput& output : stage.outputs) {
    Value value = path_value(output.content);
    if (output.executable) value.set("executable", true);
    if (!output.cache) value.set("cache", false);
    if (output.persist) value.set("persist", true);
    outputs.push(std::move(value));
  }
  if (!stage.deps.empty()) out.set("deps", std::move(deps));
  if (!stage.params.empty()) out.set("params", std::move(params));
  if (!stage.env.empty()) out.set("env", std::move(env));
  if (stage.deterministic) out.set("deterministic", true);
  if (!stage.outputs.empty()) out.set("outs", std::move(outputs));
  out.set("action", stage.action.str());
  return out;
}

class LockReader {
 public:
  explicit LockReader(std::string_view source) : source_(source) {}

  PipelineLock read(const Value& document) {
    ObjectReader top(document, source_, "the lock");
    require_kind(top, "lock");
    PipelineLock lock;
    for (const auto& [name, body] : top.object("stages")) lock.stages.emplace(name, stage(name, body));
    top.finish();
    return lock;
  }

 private:
  StageLock stage(const std::string& name, const Value& body) {
    ObjectReader reader(body, source_, fmt::format("stage `{}`", name));
    StageLock out;
    out.commands = reader.strings("cmd", /*allow_single=*/true);
    out.wdir = reader.string_or("wdir", "");
    for (const Value& dep : reader.array("deps")) {
      ObjectReader entry(dep, source_, "a dependency");
      out.deps.push_back(path(entry));
      entry.finish();
    }
    for (const auto& [file, keys] : reader.object("params")) {
      if (!keys.is(Value::Type::object))
        fail_at(source_, keys, fmt::format("parameters of `{}` must be a mapping", file));
      for (const auto& [key, value] : keys.members()) out.params[file].emplace(key, value);
    }
    for (const auto& [variable, value] : reader.object("env")) {
      if (!value.is(Value::Type::string)) fail_at(source_, value, fmt::format("`{}` must be text", variable));
      out.env.emplace(variable, value.as_string());
    }
    out.deterministic = reader.boolean_or("deterministic", false);
    for (const Value& item : reader.array("outs")) {
      ObjectReader entry(item, source_, "an output");
      LockedOutput output;
      output.content = path(entry);
      output.executable = entry.boolean_or("executable", false);
      output.cache = entry.boolean_or("cache", true);
      output.persist = entry.boolean_or("persist", false);
      entry.finish();
      out.outputs.push_back(std::move(output));
    }
    out.action = read_digest(reader, "action");
    reader.finish();
    const auto by_path = [](const auto& a, const auto& b) { return path_of(a) < path_of(b); };
    std::sort(out.deps.begin(), out.deps.end(), by_path);
    std::sort(out.outputs.begin(), out.outputs.end(), by_path);
    return out;
  }

  static const std::string& path_of(const LockedPath& at) { return at.path; }
  static const std::string& path_of(const LockedOutput& at) { return at.content.path; }

  LockedPath path(ObjectReader& entry) {
    LockedPath out;
    out.path = read_path(entry, "path");
    out.id = read_digest(entry, "id");
    out.bytes = read_count(entry, "bytes");
    out.directory = entry.find("files") != nullptr;
    if (out.directory) out.files = read_count(entry, "files");
    return out;
  }

  std::string source_;
};

}  // namespace

std::string emit_lock(const PipelineLock& lock) {
  Value stages = Value::object();
  for (const auto& [name, stage] : lock.stages) stages.members().emplace_back(name, stage_value(stage));
  Value out = Value::object();
  out.set("mlo", kKind).set("stages", std::move(stages));
  return emit_yaml(out);
}

PipelineLock parse_lock(std::string_view text, std::string_view source) {
  try {
    return LockReader(source).read(parse_yaml(text, source, YamlDialect::manifest));
  } catch (Error& error) {
    if (find_merge_conflict(text))
      error.hint(fmt::format("either side will do: `git checkout --ours {}`, then `mlo run`", source));
    throw;
  }
}

}  // namespace mlo

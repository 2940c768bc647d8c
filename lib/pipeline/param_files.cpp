#include "lib/pipeline/param_files.hpp"

#include "lib/codec/json.hpp"
#include "lib/codec/reader.hpp"
#include "lib/codec/yaml.hpp"
#include "lib/pipeline/interpolate.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::uint64_t kMaxBytes = 64U << 20U;

Value parse_params(std::string_view text, std::string_view file) {
  const std::string extension = to_lower(fs::path(file).extension().string());
  Value value;
  if (extension == ".json") {
    value = parse_json(text, file, JsonDialect::python);
  } else if (extension == ".yaml" || extension == ".yml") {
    value = parse_yaml(text, file, YamlDialect::user);
  } else {
    throw Error(ErrorKind::invalid,
                fmt::format("cannot read parameters from `{}`: not a .yaml, .yml or .json file", file))
        .hint("list it under `deps` to rerun the stage when it changes");
  }
  if (value.is_null()) return Value::object();
  if (!value.is(Value::Type::object)) fail_at(file, value, "parameters must be a mapping of names to values");
  return value;
}

void collect_keys(const Value& value, const std::string& prefix, std::vector<std::string>& out) {
  for (const auto& [key, member] : value.members()) {
    out.push_back(prefix + key);
    if (member.is(Value::Type::object)) collect_keys(member, prefix + key + ".", out);
  }
}

std::size_t offset_of(std::string_view text, Mark mark) {
  std::size_t at = 0;
  for (int line = 1; line < mark.line; ++line) at = text.find('\n', at) + 1;
  return std::min(at + static_cast<std::size_t>(std::max(mark.column, 1) - 1), text.size());
}

/// The end of a quoted text that starts at `at`; npos if it does not end.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == '"' || i + 1 >= text.size() || text[i + 1] != '\'') return i + 1;
      ++i;
    }
  }
  return std::string_view::npos;
}

std::size_t end_of_brackets(std::string_view text, std::size_t at) {
  int depth = 0;
  while (at < text.size() && text[at] != '\n') {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      at = end_of_quoted(text, at);
      if (at == std::string_view::npos) return at;
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    ++at;
    if (depth == 0) return at;
  }
  return std::string_view::npos;
}

/// The end of a plain scalar at `at`: the line's end, a comment, or what ends an entry of a flow collection. set_param
/// checks the guess by reading the result back, so a text that happens to hold `, ` is refused and never cut.
std::size_t end_of_plain(std::string_view text, std::size_t at, bool flow) {
  const std::size_t line_end = std::min(text.find('\n', at), text.size());
  std::size_t end = std::min(text.find(" #", at), line_end);
  if (flow) end = std::min(text.find_first_of(",]}", at), end);
  while (end > at && (text[end - 1] == ' ' || text[end - 1] == '\t' || text[end - 1] == '\r')) --end;
  return end;
}

std::string spelled(const Value& value, bool json) {
  if (json) return emit_json(value, JsonStyle::compact, JsonDialect::python);
  if (!value.is_scalar()) return emit_json(value, JsonStyle::compact);
  std::string yaml = emit_yaml(value);
  while (!yaml.empty() && yaml.back() == '\n') yaml.pop_back();
  return yaml.find('\n') == std::string::npos ? yaml : emit_json(value, JsonStyle::compact);
}

/// The value to replace; Error{not_found} with the nearest key.
Value* require_param(Value& root, std::string_view file, std::string_view key) {
  const Value* found = key.empty() ? nullptr : find_at(root, key);
  if (found != nullptr) return const_cast<Value*>(found);
  std::vector<std::string> keys;
  collect_keys(root, "", keys);
  const std::string near = nearest(key, keys);
  throw Error(ErrorKind::not_found, fmt::format("no parameter `{}` in `{}`", key, file))
      .hint(near.empty() ? fmt::format("add it to `{}` first", file) : fmt::format("did you mean `{}`?", near));
}

/// `text` with `value` behind the colon of a key that has nothing there. The parser puts such a value where the next
/// thing begins, so the colon is one of the last before that: the one with which the file reads back as `wanted`.
std::optional<std::string> fill_empty(std::string_view text, std::string_view file, Mark mark, const Value& value,
                                      const Value& wanted) {
  constexpr int kMostColons = 16;  // in comments between the key and what follows
  std::size_t before = std::min(text.find('\n', offset_of(text, mark)), text.size());
  for (int i = 0; i < kMostColons && before > 0; ++i) {
    const std::size_t colon = text.rfind(':', before - 1);
    if (colon == std::string_view::npos) break;
    std::string edited =
        fmt::format("{}: {}{}", text.substr(0, colon), spelled(value, /*json=*/false), text.substr(colon + 1));
    try {
      if (parse_params(edited, file) == wanted) return edited;
    } catch (const Error&) {  // it belongs to something else
    }
    before = colon;
  }
  return std::nullopt;
}

}  // namespace

const Value* ParamFiles::find(const std::string& repo_path) {
  auto it = files_.find(repo_path);
  if (it == files_.end()) {
    File file{find_stat(root_ / repo_path), std::nullopt};
    if (const auto text = find_file(root_ / repo_path, kMaxBytes)) {
      file.value = parse_params(*text, repo_path);
      for (const ParamOverride& wanted : overrides_) {
        if (wanted.file == repo_path) *require_param(*file.value, repo_path, wanted.key) = wanted.value;
      }
    }
    it = files_.emplace(repo_path, std::move(file)).first;
  }
  return it->second.value ? &*it->second.value : nullptr;
}

bool ParamFiles::is_fresh(const std::string& repo_path) const {
  const auto it = files_.find(repo_path);
  return it != files_.end() && it->second.stat == find_stat(root_ / repo_path);
}

const Value& ParamFiles::load(const std::string& repo_path, std::string_view wanted_by) {
  const Value* value = find(repo_path);
  if (value == nullptr)
    throw Error(ErrorKind::not_found, fmt::format("no parameter file `{}`, which {} names", repo_path, wanted_by));
  return *value;
}

std::vector<std::string> ParamFiles::asked() const {
  std::vector<std::string> out;
  for (const auto& [path, file] : files_) out.push_back(path);
  return out;
}

ParamOverride parse_override(std::string_view typed, std::string_view default_file) {
  const std::size_t equals = typed.find('=');
  std::string_view name = typed.substr(0, equals);
  if (equals == std::string_view::npos || trim(name).empty()) {
    throw Error(ErrorKind::usage,
                fmt::format("cannot read parameter `{}`: expected KEY=VALUE or FILE:KEY=VALUE", typed));
  }
  ParamOverride out;
  out.text = typed;
  const std::size_t colon = name.rfind(':');
  out.file = colon == std::string_view::npos ? default_file : name.substr(0, colon);
  out.key = trim(colon == std::string_view::npos ? name : name.substr(colon + 1));
  try {
    out.value = parse_yaml(typed.substr(equals + 1), "value of `" + out.key + "`", YamlDialect::user);
  } catch (const Error& error) {
    throw Error(ErrorKind::usage, fmt::format("cannot read parameter `{}`: {}", typed, error.message()));
  }
  return out;
}

std::string set_param(std::string_view text, std::string_view file, std::string_view key, const Value& value) {
  Value wanted = parse_params(text, file);
  Value* old = require_param(wanted, file, key);
  const Mark own_mark = old->mark();
  const bool empty = old->is_null();
  *old = value;
  const bool json = to_lower(fs::path(file).extension().string()) == ".json";
  // JSON is read as the YAML it also is: only that parser says where a value stands.
  const Value located = json ? parse_yaml(text, file, YamlDialect::user) : Value();
  const Mark mark = json ? find_at(located, key)->mark() : own_mark;
  const std::size_t start = offset_of(text, mark);
  for (const bool flow : {false, true}) {
    if (mark.line == 0 || start >= text.size()) break;
    const char first = text[start];
    const std::size_t end = first == '"' || first == '\''  ? end_of_quoted(text, start)
                            : first == '[' || first == '{' ? end_of_brackets(text, start)
                                                           : end_of_plain(text, start, flow || json);
    if (end == std::string_view::npos) break;
    const std::string edited = fmt::format("{}{}{}", text.substr(0, start), spelled(value, json), text.substr(end));
    try {
      if (parse_params(edited, file) == wanted) return edited;
    } catch (const Error&) {  // the guess was wrong: try the other one, else refuse
    }
  }
  if (empty && !json) {
    if (auto edited = fill_empty(text, file, mark, value, wanted)) return *edited;
  }
  throw Error(ErrorKind::invalid,
              fmt::format("{}:{}:{}: cannot set `{}` here: its value is not a plain one-line scalar", file, mark.line,
                          mark.column, key))
      .hint(fmt::format("edit `{}` by hand", file));
}

void write_params(const fs::path& root, const std::string& file, std::string_view text) {
  const fs::path target = fs::canonical(root / file);  // the name may be a link to it
  const auto stat = find_stat(target);
  write_file(target, text, Durability::durable, stat ? stat->mode & 0777U : 0644U);
}

std::map<std::string, std::string> apply_overrides(const fs::path& root, const std::vector<ParamOverride>& overrides) {
  std::map<std::string, std::string> before, after;
  for (const ParamOverride& wanted : overrides) {
    const auto it = after.find(wanted.file);
    if (it == after.end()) {
      auto text = find_file(root / wanted.file, kMaxBytes);
      if (!text)
        throw Error(ErrorKind::not_found,
                    fmt::format("cannot set `{}`: no parameter file `{}`", wanted.text, wanted.file));
      before[wanted.file] = *text;
      after[wanted.file] = std::move(*text);
    }
    std::string& text = after[wanted.file];
    const Value parsed = parse_params(text, wanted.file);
    const Value* old = find_at(parsed, wanted.key);
    if (old == nullptr || !(*old == wanted.value)) text = set_param(text, wanted.file, wanted.key, wanted.value);
  }
  std::erase_if(before, [&](const auto& was) { return after[was.first] == was.second; });
  for (const auto& [file, was] : before) write_params(root, file, after[file]);
  return before;
}

}  // namespace mlo

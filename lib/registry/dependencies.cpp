#include "lib/registry/dependencies.hpp"

#include "lib/codec/json.hpp"
#include "lib/codec/reader.hpp"
#include "lib/codec/yaml.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

[[noreturn]] void fail_line(std::string_view source, std::size_t line, const std::string& why) {
  throw Error(ErrorKind::invalid, fmt::format("{}:{}: {}", printable(source), line, why));
}

[[noreturn]] void fail_loose(std::string_view source, std::size_t line, std::string_view requirement) {
  throw Error(ErrorKind::invalid, fmt::format("{}:{}: `{}` does not say which version the model runs with",
                                              printable(source), line, printable(requirement)))
      .hint("pin it with ==, or give a file of exact versions: pip freeze > used.txt, then --dependencies used.txt");
}

/// Python's one spelling of a package: lower case, runs of `-_.` as one `-`.
std::string normalized(std::string_view name) {
  std::string out;
  for (const char c : to_lower(name)) {
    const bool separator = c == '-' || c == '_' || c == '.';
    if (separator && out.ends_with('-')) continue;
    out += separator ? '-' : c;
  }
  return out;
}

bool is_package(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

bool is_version(std::string_view version) {
  return !version.empty() && is_utf8(version) && std::none_of(version.begin(), version.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == '*' || c == ',' || c == '<' || c == '>' || c == '=';
  });
}

/// `name[extra]==1.2.3 ; marker --hash=..`, or `name @ https://..`.
void add_requirement(std::string_view text, std::string_view source, std::size_t line, Dependencies& out) {
  const std::string_view whole = text;
  if (const std::size_t option = text.find(" --"); option != std::string_view::npos) text = text.substr(0, option);
  const std::size_t direct = text.find(" @ ");
  if (direct == std::string_view::npos) text = trim(text.substr(0, text.find(';')));
  const std::size_t equals = text.find("==");
  if (direct == std::string_view::npos && equals == std::string_view::npos) fail_loose(source, line, whole);
  const bool is_direct = direct != std::string_view::npos;
  std::string_view name = trim(text.substr(0, is_direct ? direct : equals));
  std::string_view version = is_direct ? text.substr(direct + 3) : text.substr(equals + 2);
  if (version.starts_with('=')) version.remove_prefix(1);
  if (is_direct) version = version.substr(0, version.find(" ;"));
  version = trim(version);
  const std::string package = normalized(name.substr(0, name.find('[')));
  if (!is_package(trim(package)) || (!is_direct && !is_version(version)) || version.empty() || !is_utf8(version))
    fail_loose(source, line, whole);
  out.insert_or_assign(package, std::string(version));
}

Dependencies parse_requirements(std::string_view text, std::string_view source) {
  Dependencies out;
  std::string joined;
  std::size_t number = 0, first = 1;
  for (std::string_view line : split_lines(text)) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (joined.empty()) first = number;
    if (line.ends_with('\\')) {
      joined.append(line.substr(0, line.size() - 1)).push_back(' ');
      continue;
    }
    const std::string whole = joined + std::string(line);
    joined.clear();
    std::string_view rest = whole;
    if (const std::size_t comment = rest.find(" #"); comment != std::string_view::npos) rest = rest.substr(0, comment);
    rest = trim(rest);
    if (rest.empty() || rest.starts_with('#')) continue;
    for (const std::string_view include : {"-r", "--requirement", "-e", "--editable"}) {
      if (rest.starts_with(include))
        fail_line(source, first,
                  fmt::format("`{}` leads to another file; name a file of exact versions with "
                              "--dependencies",
                              printable(rest)));
    }
    if (rest.starts_with('-')) continue;  // an option of pip
    add_requirement(rest, source, first, out);
  }
  return out;
}

/// The text of `key = "text"`.
std::optional<std::string> toml_string(std::string_view line, std::string_view key) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || trim(line.substr(0, equals)) != key) return std::nullopt;
  const std::string_view value = trim(line.substr(equals + 1));
  if (value.size() < 2 || value.front() != '"' || value.find('"', 1) == std::string_view::npos) return std::nullopt;
  return std::string(value.substr(1, value.find('"', 1) - 1));
}

/// The `[[package]]` tables of uv's and poetry's locks.
Dependencies parse_toml_lock(std::string_view text, std::string_view source) {
  Dependencies out;
  std::size_t number = 0, start = 0;
  std::optional<std::string> name, version;
  const auto flush = [&] {
    // uv lists the project itself without a version.
    if (name && version) {
      const std::string package = normalized(*name);
      if (!is_package(package) || !is_version(*version)) fail_loose(source, start, *name);
      out.insert_or_assign(package, *version);
    }
    name.reset();
    version.reset();
  };
  bool in_package = false, any = false;
  for (std::string_view line : split_lines(text)) {
    ++number;
    line = trim(line);
    if (line.starts_with('[')) {
      flush();
      in_package = line == "[[package]]";
      any = any || in_package || line.starts_with("[metadata");
      start = number;
    } else if (in_package) {
      if (auto found = toml_string(line, "name")) name = std::move(found);
      if (auto found = toml_string(line, "version")) version = std::move(found);
    }
  }
  flush();
  if (!any && text.find("version =") == std::string_view::npos)
    fail_line(source, 1, "not a lock file: it has no `[[package]]`");
  return out;
}

Dependencies parse_renv(std::string_view text, std::string_view source) {
  const Value document = parse_json(text, source);
  ObjectReader reader(document, source, "the lock file");
  Dependencies out;
  const auto version_of = [&](const Value& entry, const std::string& name) {
    ObjectReader package(entry, source, fmt::format("package `{}`", printable(name)));
    return package.string("Version");
  };
  if (const Value* r = reader.find("R")) out.emplace("R", version_of(*r, "R"));
  reader.require("Packages");
  for (const auto& [name, entry] : reader.object("Packages")) out.insert_or_assign(name, version_of(entry, name));
  return out;
}

Dependencies parse_conda(std::string_view text, std::string_view source) {
  const Value document = parse_yaml(text, source, YamlDialect::user);
  ObjectReader reader(document, source, "the environment");
  reader.require("dependencies");
  Dependencies out;
  for (const Value& item : reader.array("dependencies")) {
    const auto line = static_cast<std::size_t>(item.mark().line);
    if (item.is(Value::Type::object)) {
      ObjectReader pip(item, source, "an entry of `dependencies`");
      for (const Value& requirement : pip.array("pip")) {
        if (!requirement.is(Value::Type::string)) fail_at(source, requirement, "a requirement must be a string");
        add_requirement(requirement.as_string(), source, line, out);
      }
      continue;
    }
    if (!item.is(Value::Type::string)) fail_at(source, item, "a dependency must be a string");
    std::string_view spec = item.as_string();
    if (const std::size_t channel = spec.find("::"); channel != std::string_view::npos) spec.remove_prefix(channel + 2);
    const std::size_t equals = spec.find('=');
    if (spec == "pip") continue;
    const std::string_view after = equals == std::string_view::npos ? "" : spec.substr(equals + 1);
    const auto parts = split(after.starts_with('=') ? after.substr(1) : after, '=');  // version[=build]
    const std::string_view name = trim(spec.substr(0, equals));
    if (!is_version(trim(parts[0])) || !is_package(normalized(name))) fail_loose(source, line, item.as_string());
    out.insert_or_assign(to_lower(name), std::string(trim(parts[0])));
  }
  return out;
}

}  // namespace

const std::vector<std::string_view>& dependency_files() {
  static const std::vector<std::string_view> files = {"uv.lock",           "poetry.lock",      "renv.lock",
                                                      "requirements.lock", "requirements.txt", "environment.yml",
                                                      "environment.yaml",  "conda.yaml"};
  return files;
}

Dependencies parse_dependencies(std::string_view text, std::string_view source) {
  if (!is_utf8(text)) fail_line(source, 1, "not UTF-8");
  const std::string_view name = source.substr(source.rfind('/') + 1);
  if (name == "uv.lock" || name == "poetry.lock") return parse_toml_lock(text, source);
  if (name == "renv.lock" || name.ends_with(".json")) return parse_renv(text, source);
  if (name.ends_with(".yml") || name.ends_with(".yaml")) return parse_conda(text, source);
  return parse_requirements(text, source);
}

}  // namespace mlo

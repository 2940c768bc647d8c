#include "lib/migrate/dvc_files.hpp"

#include <map>

#include "lib/codec/json.hpp"
#include "lib/codec/reader.hpp"
#include "lib/codec/yaml.hpp"
#include "lib/data/fetch_url.hpp"
#include "lib/store/tree.hpp"
#include "lib/util/error.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/text.hpp"

namespace mlo::dvc {
namespace {

constexpr std::string_view kDirectorySuffix = ".dir";

bool is_md5(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// The text of a member; empty if it is absent. A number is text to people who wrote it unquoted.
std::string text_of(const Value& object, std::string_view key, std::string_view source) {
  const Value* value = object.find(key);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_scalar()) fail_at(source, *value, fmt::format("`{}` is not a text", key));
  return display(*value);
}

bool flag_of(const Value& object, std::string_view key, bool fallback) {
  const Value* value = object.find(key);
  return value != nullptr && value->is(Value::Type::boolean) ? value->as_bool() : fallback;
}

const Value::Array& list_of(const Value& object, std::string_view key) {
  static const Value::Array kNothing;
  const Value* value = object.find(key);
  return value != nullptr && value->is(Value::Type::array) ? value->items() : kNothing;
}

/// Where the data came from, if DVC imported it.
void read_deps(const Value& document, std::string_view source, Out& out) {
  const auto& deps = list_of(document, "deps");
  if (deps.size() != 1 || !deps[0].is(Value::Type::object)) return;
  const std::string path = text_of(deps[0], "path", source);
  if (const Value* repo = deps[0].find("repo"); repo != nullptr && repo->is(Value::Type::object)) {
    const std::string lock = text_of(*repo, "rev_lock", source);
    out.source = fmt::format("{} of {}{}", path, text_of(*repo, "url", source), lock.empty() ? "" : " at " + lock);
  } else if (is_data_url(path)) {
    std::string etag = text_of(deps[0], "etag", source);
    if (!etag.empty() && etag.find('"') == std::string::npos) etag = '"' + etag + '"';
    out.origin = DataOrigin{.url = path, .etag = etag};
  } else if (!path.empty()) {
    out.source = path;
  }
}

std::string trimmed(std::string_view text) {
  text = trim(text);
  if (text.size() > 1 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string(text);
}

}  // namespace

ParsedFile parse_dvc_file(std::string_view text, const std::string& file) {
  const Value document = parse_yaml(text, file, YamlDialect::user);
  if (!document.is(Value::Type::object)) fail_at(file, document, "this is no `.dvc` file");
  ParsedFile parsed;
  const std::string wdir = text_of(document, "wdir", file);
  for (const Value& item : list_of(document, "outs")) {
    if (!item.is(Value::Type::object)) fail_at(file, item, "an output must be a mapping");
    Out out{.file = file, .path = text_of(item, "path", file), .md5 = text_of(item, "md5", file)};
    const std::string shown = printable(out.path);
    if (out.path.find("://") != std::string::npos || out.path.starts_with('/')) {
      parsed.skipped.push_back(fmt::format("`{}` of {}: it lies outside the repository", shown, file));
      continue;
    }
    out.path = (fs::path(file).parent_path() / wdir / out.path).lexically_normal().string();
    while (out.path.ends_with('/')) out.path.pop_back();
    if (!is_safe_relative(out.path)) fail_at(file, item, fmt::format("`{}` is outside the repository", shown));
    out.directory = out.md5.ends_with(kDirectorySuffix);
    if (out.directory) out.md5.resize(out.md5.size() - kDirectorySuffix.size());
    if (out.md5.empty() || !flag_of(item, "cache", true)) {
      parsed.skipped.push_back(fmt::format("`{}` of {}: DVC keeps no content of it", shown, file));
      continue;
    }
    if (!is_md5(out.md5)) fail_at(file, item, fmt::format("`{}` is not an MD5", printable(out.md5)));
    out.text_md5 = text_of(item, "hash", file) != "md5";
    out.executable = flag_of(item, "isexec", false);
    const std::string description = text_of(item, "desc", file);
    if (!description.empty()) out.description = description;
    read_deps(document, file, out);
    parsed.outs.push_back(std::move(out));
  }
  return parsed;
}

std::vector<DirEntry> parse_dvc_directory(std::string_view json, const std::string& name) {
  const auto fail = [&](std::string_view why) {
    throw Error(ErrorKind::corrupt, fmt::format("DVC's directory object `{}` is damaged: {}", name, why))
        .hint("`dvc pull` may fetch it again");
  };
  Value document;
  try {
    document = parse_json(json, name);
  } catch (const Error& error) {
    fail(error.message());
  }
  std::vector<DirEntry> entries;
  if (!document.is(Value::Type::array)) fail("it is no list");
  for (const Value& item : document.items()) {
    const Value* path = item.is(Value::Type::object) ? item.find("relpath") : nullptr;
    const Value* md5 = path != nullptr ? item.find("md5") : nullptr;
    if (md5 == nullptr || !path->is(Value::Type::string) || !md5->is(Value::Type::string)) fail("an entry is none");
    DirEntry entry{path->as_string(), md5->as_string()};
    if (!is_md5(entry.md5)) fail(fmt::format("`{}` is not an MD5", printable(entry.md5)));
    if (!is_tree_path(entry.path)) fail(fmt::format("the path `{}` is not allowed", printable(entry.path)));
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].path == entries[i - 1].path) fail(fmt::format("`{}` is there twice", printable(entries[i].path)));
  }
  return entries;
}

void read_dvc_config(std::string_view text, Config& config) {
  std::map<std::string, RemoteConfig> remotes;
  for (RemoteConfig& remote : config.remotes) remotes[remote.name] = std::move(remote);
  std::string first = config.remotes.empty() ? "" : config.remotes.front().name, section;
  for (const std::string_view raw : split_lines(text)) {
    const std::string_view line = trim(raw);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      // ['remote "name"'] as configobj writes it.
      section = replace_all(replace_all(line.substr(1, line.rfind(']') - 1), "'", ""), "\"", "");
      continue;
    }
    const std::size_t equals = std::min(line.find('='), line.size());
    const std::string key(trim(line.substr(0, equals)));
    const std::string value = equals == line.size() ? "" : trimmed(line.substr(equals + 1));
    if (section == "core" && key == "remote") first = value;
    if (section == "cache" && key == "dir") config.cache = value;
    if (!section.starts_with("remote ")) continue;
    RemoteConfig& remote = remotes[section.substr(7)];
    remote.name = section.substr(7);
    if (key == "url") remote.url = value;
    if (key == "endpointurl") remote.endpoint = value;
    if (key == "region") remote.region = value;
    if (key == "profile") remote.profile = value;
    if (key == "access_key_id") remote.access_key_id = value;
    if (key == "secret_access_key") remote.secret_access_key = value;
    if (key == "session_token") remote.session_token = value;
  }
  config.remotes.clear();
  if (const auto it = remotes.find(first); it != remotes.end()) config.remotes.push_back(it->second);
  for (auto& [name, remote] : remotes) {
    if (name != first) config.remotes.push_back(std::move(remote));
  }
  std::erase_if(config.remotes, [](const RemoteConfig& remote) { return remote.url.empty(); });
}

std::string relative_path(const std::string& md5, bool directory, bool version_2) {
  return fmt::format("{}{}/{}{}", version_2 ? "" : "files/md5/", md5.substr(0, 2), md5.substr(2),
                     directory ? kDirectorySuffix : "");
}

}  // namespace mlo::dvc

#include "lib/workspace/config.hpp"

#include "lib/codec/reader.hpp"
#include "lib/codec/yaml.hpp"
#include "lib/manifest/fields.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kKind = "config/1";
constexpr std::int64_t kMinCut = std::int64_t{1} << 20U;

/// git's rules for ref names, as far as a configured one can break them.
bool is_ref_name(std::string_view name) {
  if (!name.starts_with("refs/") || name.ends_with('/') || name.ends_with('.') ||
      name.find("..") != std::string_view::npos)
    return false;
  for (const std::string_view segment : split(name, '/')) {
    if (segment.empty() || segment.starts_with('.') || segment.ends_with(".lock")) return false;
  }
  return std::all_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && c != 0x7F &&
           std::string_view("~^:?*[\\@{").find(c) == std::string_view::npos;
  });
}

void put_remote(std::vector<RemoteConfig>& remotes, RemoteConfig remote) {
  const auto at = std::lower_bound(remotes.begin(), remotes.end(), remote.name,
                                   [](const RemoteConfig& r, const std::string& name) { return r.name < name; });
  if (at != remotes.end() && at->name == remote.name) {
    *at = std::move(remote);
  } else {
    remotes.insert(at, std::move(remote));
  }
}

const RemoteConfig* find_remote(const Config& config, std::string_view name) {
  for (const RemoteConfig& remote : config.remotes) {
    if (remote.name == name) return &remote;
  }
  return nullptr;
}

void read_encryption(const Value& entry, std::string_view source, RemoteConfig& remote, ConfigLayer layer) {
  ObjectReader reader(entry, source, fmt::format("encryption of remote `{}`", remote.name));
  RemoteConfig::Encryption& encryption =
      remote.encryption ? *remote.encryption : remote.encryption.emplace(RemoteConfig::Encryption{});
  encryption.key_file = reader.string_or("key_file", encryption.key_file);
  // What a repository says must not run a command.
  if (reader.find("key_command") != nullptr && layer == ConfigLayer::shared)
    reader.fail("key_command", "`key_command` must not be committed: move it to .mlo/local/config.yaml");
  encryption.key_command = reader.string_or("key_command", encryption.key_command);
  reader.finish();
}

RemoteConfig read_remote(const std::string& name, const Value& value, std::string_view source, const RemoteConfig* old,
                         ConfigLayer layer) {
  ObjectReader reader(value, source, fmt::format("remote `{}`", name));
  // A local file may add to a remote that the shared one names.
  RemoteConfig remote = old != nullptr && layer == ConfigLayer::local ? *old : RemoteConfig{.name = name, .url = {}};
  remote.url = remote.url.empty() ? reader.string("url") : reader.string_or("url", remote.url);
  if (remote.url.empty()) reader.fail("url", "empty");
  for (const auto& [key, text] : {std::pair("endpoint", &remote.endpoint), std::pair("region", &remote.region),
                                  std::pair("profile", &remote.profile), std::pair("ca_file", &remote.ca_file)})
    *text = reader.string_or(key, *text);
  if (reader.find("path_style") != nullptr) remote.path_style = reader.boolean("path_style");
  for (const auto& [key, number, most] : {std::tuple("connections", &remote.connections, std::int64_t{256}),
                                          std::tuple("bytes_per_second", &remote.bytes_per_second, INT64_MAX)}) {
    const std::int64_t read = reader.integer_or(key, static_cast<std::int64_t>(*number));
    if (read < 0 || read > most) reader.fail(key, fmt::format("not from 0 to {}", most));
    *number = static_cast<std::uint64_t>(read);
  }
  for (const auto& [key, text] :
       {std::pair("access_key_id", &remote.access_key_id), std::pair("secret_access_key", &remote.secret_access_key),
        std::pair("session_token", &remote.session_token), std::pair("ssh_command", &remote.ssh_command),
        std::pair("far_mlo", &remote.far_mlo)}) {
    if (reader.find(key) != nullptr && layer == ConfigLayer::shared)
      reader.fail(key, fmt::format("`{}` must not be committed: move it to .mlo/local/config.yaml", key));
    *text = reader.string_or(key, *text);
  }
  if (const Value* const entry = reader.find("encryption")) read_encryption(*entry, source, remote, layer);
  reader.finish();
  return remote;
}

Value remote_entry(Value entry, const RemoteConfig& old, const RemoteConfig& remote) {
  entry.set("url", remote.url);
  const auto put = [&](std::string_view key, const auto& before, const auto& now) {
    if (before == now) return;
    if (now == std::remove_cvref_t<decltype(now)>())
      entry.erase(key);
    else
      entry.set(key, now);
  };
  put("endpoint", old.endpoint, remote.endpoint);
  put("region", old.region, remote.region);
  put("profile", old.profile, remote.profile);
  put("ca_file", old.ca_file, remote.ca_file);
  if (!remote.path_style)
    entry.erase("path_style");
  else if (old.path_style != remote.path_style)
    entry.set("path_style", *remote.path_style);
  put("connections", old.connections, remote.connections);
  put("bytes_per_second", old.bytes_per_second, remote.bytes_per_second);
  if (remote.encryption != old.encryption) {
    Value encryption = entry.find("encryption") == nullptr ? Value::object() : *entry.find("encryption");
    if (!remote.encryption->key_file.empty()) encryption.set("key_file", remote.encryption->key_file);
    entry.set("encryption", std::move(encryption));
  }
  return entry;
}

void read_cut(const Value& value, std::string_view source, StoreRules& rules) {
  ObjectReader reader(value, source, "`cut`");
  if (reader.find("names") != nullptr) rules.cut_names = reader.strings("names");
  for (const std::string& glob : rules.cut_names) {
    if (glob.empty() || glob.find('/') != std::string::npos || glob != to_lower(glob))
      reader.fail("names", fmt::format("`{}` is not a pattern of file names in lower case", printable(glob)));
  }
  const std::int64_t least = reader.integer_or("min_bytes", static_cast<std::int64_t>(rules.cut_from));
  if (least < kMinCut) reader.fail("min_bytes", fmt::format("not {} or more", kMinCut));
  rules.cut_from = static_cast<std::uint64_t>(least);
  reader.finish();
}

void read_cache(ObjectReader& reader, std::string_view source, Config& config, ConfigLayer layer) {
  const Value* const found = reader.find("cache");
  if (found == nullptr) return;
  if (layer == ConfigLayer::shared)
    reader.fail("cache", "a repository may not say where a machine writes: move it to .mlo/local/config.yaml");
  ObjectReader cache(*found, source, "cache");
  config.cache_dir = cache.string("dir");
  if (config.cache_dir.empty()) cache.fail("dir", "empty");
  cache.finish();
}

constexpr std::array<std::pair<LinkType, std::string_view>, 3> kLinks = {
    {{LinkType::copy, "copy"}, {LinkType::reflink, "reflink"}, {LinkType::hardlink, "hardlink"}}};

std::string_view link_name(LinkType link) {
  return std::find_if(kLinks.begin(), kLinks.end(), [&](const auto& known) { return known.first == link; })->second;
}

void read_link(ObjectReader& reader, Config& config) {
  const std::string link = reader.string_or("link", link_name(config.link));
  for (const auto& [type, name] : kLinks) {
    if (link == name) {
      config.link = type;
      return;
    }
  }
  reader.fail("link", fmt::format("`{}` is neither `reflink`, `hardlink` nor `copy`", printable(link)));
}

}  // namespace

StoreRules default_rules() {
  StoreRules rules{.compress = true, .page_trees = true};
  rules.cut_from = std::uint64_t{64} << 20U;
  for (const char* const ending :
       {"csv", "tsv",  "jsonl", "ndjson", "txt",  "log", "parquet", "arrow",  "feather", "npy", "safetensors", "pt",
        "pth", "ckpt", "bin",   "onnx",   "gguf", "h5",  "hdf5",    "sqlite", "db",      "tar", "img"})
    rules.cut_names.push_back(fmt::format("*.{}", ending));
  return rules;
}

Value read_config(std::string_view text, std::string_view source, Config& config, ConfigLayer layer) {
  Value file = parse_yaml(text, source, YamlDialect::manifest);
  ObjectReader reader(file, source, "configuration");
  require_kind(reader, "config");
  for (const auto& [name, value] : reader.object("remotes")) {
    if (!is_name(name)) fail_at(source, value, fmt::format("`{}` is not a remote name", printable(name)));
    put_remote(config.remotes, read_remote(name, value, source, find_remote(config, name), layer));
  }
  config.default_remote = reader.string_or("default_remote", config.default_remote);
  read_link(reader, config);
  config.store.compress = reader.boolean_or("compress", config.store.compress);
  if (const Value* const cut = reader.find("cut")) read_cut(*cut, source, config.store);
  read_cache(reader, source, config, layer);
  config.autocommit = reader.boolean_or("autocommit", config.autocommit);
  config.runs_ref = reader.string_or("runs_ref", config.runs_ref);
  if (!is_ref_name(config.runs_ref))
    reader.fail("runs_ref", fmt::format("`{}` is not a full ref name", printable(config.runs_ref)));
  config.trace = reader.on_off_or("trace", config.trace);
  config.strict = reader.boolean_or("strict", config.strict);
  if (const Value* const limits = reader.find("limits"))
    read_bounds(*limits, source, layer == ConfigLayer::shared, config.bounds);
  reader.finish();
  return file;
}

std::string change_config(Value file, const Config& before, const Config& after) {
  if (file.is_null()) file.set("mlo", kKind);
  Value remotes = file.find("remotes") == nullptr ? Value::object() : *file.find("remotes");
  for (const RemoteConfig& old : before.remotes) {
    if (find_remote(after, old.name) == nullptr) remotes.erase(old.name);
  }
  for (const RemoteConfig& remote : after.remotes) {
    const RemoteConfig* old = find_remote(before, remote.name);
    if (old != nullptr && *old == remote) continue;
    Value entry = remotes.find(remote.name) == nullptr ? Value::object() : *remotes.find(remote.name);
    remotes.set(remote.name, remote_entry(std::move(entry), old == nullptr ? RemoteConfig() : *old, remote));
  }
  if (remotes.members().empty()) {
    file.erase("remotes");
  } else {
    file.set("remotes", std::move(remotes));
  }
  if (after.default_remote.empty() && !before.default_remote.empty()) file.erase("default_remote");
  if (!after.default_remote.empty() && after.default_remote != before.default_remote)
    file.set("default_remote", after.default_remote);
  if (after.link != before.link) file.set("link", link_name(after.link));
  if (after.cache_dir.empty() && !before.cache_dir.empty()) file.erase("cache");
  if (!after.cache_dir.empty() && after.cache_dir != before.cache_dir) {
    Value cache = file.find("cache") == nullptr ? Value::object() : *file.find("cache");
    file.set("cache", std::move(cache.set("dir", after.cache_dir)));
  }
  if (after.autocommit != before.autocommit) file.set("autocommit", after.autocommit);
  if (after.runs_ref != before.runs_ref) file.set("runs_ref", after.runs_ref);
  return emit_yaml(file);
}

}  // namespace mlo

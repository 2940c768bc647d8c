#include "lib/remote/dir.hpp"
#include "lib/remote/encrypted_place.hpp"
#include "lib/remote/http.hpp"
#include "lib/remote/packed_remote.hpp"
#include "lib/remote/s3.hpp"
#include "lib/remote/ssh.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {

const std::vector<RemoteKind>& remote_kinds() {
  static const std::vector<RemoteKind> kKinds = {
      s3_remote(),
      http_remote(),
      ssh_remote(),  // before directories: HOST:PATH
      dir_remote(),
  };
  return kKinds;
}

const RemoteKind* find_remote_kind(std::string_view url) {
  for (const RemoteKind& kind : remote_kinds()) {
    if (kind.accepts(url)) return &kind;
  }
  return nullptr;
}

std::unique_ptr<Remote> open_remote(const World& world, const RemoteConfig& config, const fs::path& base) {
  if (const RemoteKind* const kind = find_remote_kind(config.url)) {
    auto place = in_the_name_of(config.name, [&] { return kind->open(world, config, base); });
    if (config.encryption) place = std::make_unique<EncryptedPlace>(world, config, base, std::move(place));
    return std::make_unique<PackedRemote>(world, config, base, std::move(place));
  }
  throw Error(ErrorKind::config, fmt::format("remote `{}`: mlo cannot reach `{}`", config.name, printable(config.url)))
      .hint("a remote is a directory, `s3://BUCKET/PREFIX`, `ssh://HOST/PATH` or `https://HOST/PATH`");
}

bool rotate_remote_key(const World& world, const RemoteConfig& config, const fs::path& base, const fs::path& new_key) {
  const RemoteKind* const kind = find_remote_kind(config.url);
  if (kind == nullptr || !config.encryption) {
    throw Error(ErrorKind::config, fmt::format("remote `{}` is not encrypted", config.name))
        .hint("`mlo remote add NAME PLACE --key-file FILE` makes one that is");
  }
  return in_the_name_of(config.name, [&] {
    return EncryptedPlace(world, config, base, kind->open(world, config, base)).rotate(load_remote_key(world, new_key));
  });
}

void check_remote_format(std::string_view name, std::string_view place, const std::optional<std::string>& format,
                         std::string_view hint) {
  if (!format) {
    throw Error(ErrorKind::remote, fmt::format("remote `{}`: there is no remote at `{}`", name, printable(place)))
        .hint(std::string(hint));
  }
  if (format->starts_with(kEncryptedFormat)) {
    throw Error(ErrorKind::remote, fmt::format("remote `{}`: `{}` is encrypted, and its configuration names no key",
                                               name, printable(place)))
        .hint("name it in .mlo/config.yaml or .mlo/local/config.yaml: `encryption: {key_file: FILE}`");
  }
  if (*format != kRemoteFormat) {
    throw Error(ErrorKind::remote, fmt::format("remote `{}`: unknown format `{}`", name,
                                               printable(trim(std::string_view(*format).substr(0, 100)))))
        .hint("use a newer mlo");
  }
}

void fail_given_bytes(const Digest& id) {
  throw Error(ErrorKind::corrupt,
              fmt::format("the bytes given for object `{}` are not what its name says", id.brief()));
}

const RemoteConfig& choose_remote(const Config& config, std::string_view name) {
  if (config.remotes.empty()) {
    throw Error(ErrorKind::not_found, "there is no remote").hint("add one with `mlo remote add origin PLACE`");
  }
  std::string_view wanted = name.empty() ? std::string_view(config.default_remote) : name;
  if (wanted.empty()) wanted = config.remotes.size() == 1 ? std::string_view(config.remotes.front().name) : "origin";
  std::vector<std::string> names;
  for (const RemoteConfig& remote : config.remotes) {
    if (remote.name == wanted) return remote;
    names.push_back("`" + remote.name + "`");
  }
  throw Error(ErrorKind::not_found, fmt::format("no remote named `{}`", printable(wanted)))
      .hint("remotes in .mlo/config.yaml: " + join(names, ", "));
}

}  // namespace mlo

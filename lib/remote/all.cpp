#include "lib/remote/dir.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {

const std::vector<RemoteKind>& remote_kinds() {
  static const std::vector<RemoteKind> kKinds = {
      dir_remote(),
  };
  return kKinds;
}

std::unique_ptr<Remote> open_remote(const RemoteConfig& config, const fs::path& base) {
  for (const RemoteKind& kind : remote_kinds()) {
    if (kind.accepts(config.url)) return kind.open(config, base);
  }
  throw Error(ErrorKind::config, fmt::format("remote `{}`: mlo cannot reach `{}`", config.name, printable(config.url)))
      .hint("a remote is a directory: `/mnt/share/mlo` or `file:///mnt/share/mlo`");
}

const RemoteConfig& choose_remote(const Config& config, std::string_view name) {
  if (config.remotes.empty()) {
    throw Error(ErrorKind::not_found, "there is no remote").hint("add one with `mlo remote add origin DIR`");
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

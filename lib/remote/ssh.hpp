#pragma once
#include "lib/remote/remote.hpp"

namespace mlo {

/// A directory on another machine, behind the user's own `ssh`: `ssh://[USER@]HOST[:PORT]/PATH` or `[USER@]HOST:PATH`.
/// There `mlo remote serve PATH` speaks for it, verifies what arrives and ends with the connection.
RemoteKind ssh_remote();

/// What a URL says.
struct SshUrl {
  std::string host;  ///< with the user before it
  std::string port;  ///< empty: ssh's own choice
  std::string path;  ///< absolute, or relative to the home there
  bool operator==(const SshUrl&) const = default;
};
/// Nothing for what is none, or could be taken for an option or several words.
std::optional<SshUrl> parse_ssh_url(std::string_view url);

}  // namespace mlo

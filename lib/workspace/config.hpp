#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "lib/codec/value.hpp"
#include "lib/store/object_store.hpp"

namespace mlo {

struct RemoteConfig {
  std::string name;
  std::string url;  ///< a directory (absolute, or relative to the repository root), or file://
  bool operator==(const RemoteConfig&) const = default;
};

/// `.mlo/config.yaml` (committed) with `.mlo/local/config.yaml` (this machine) on top. Kind `config/1`.
struct Config {
  std::vector<RemoteConfig> remotes;  ///< sorted by name
  std::string default_remote;         ///< empty: the only one, or `origin`
  LinkType link = LinkType::reflink;
  bool autocommit = false;
  std::string runs_ref = "refs/mlo/runs";
};

/// Lays what `text` says over `config`, strictly: Error{invalid} with file:line:column for anything else than config/1,
/// and with the way out for a newer version. Returns the file as it is, for change_config.
Value read_config(std::string_view text, std::string_view source, Config& config);

/// The file `old` (null: a new one) changed where `after` differs from `before`; what else it says stays, `x-` keys
/// included.
std::string change_config(Value old, const Config& before, const Config& after);

}  // namespace mlo

#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/bounds/machine.hpp"
#include "lib/codec/value.hpp"
#include "lib/store/object_store.hpp"

namespace mlo {

struct RemoteConfig {
  std::string name;
  /// A directory (absolute, or relative to the repository root), file://, s3://BUCKET/PREFIX, http:// or https://,
  /// ssh://[USER@]HOST[:PORT]/PATH or [USER@]HOST:PATH.
  std::string url;
  std::string endpoint = {}, region = {}, profile = {};  ///< of S3; empty: as AWS's own tools would choose
  std::optional<bool> path_style = {};                   ///< of S3; unset: if the endpoint is not AWS's
  std::string ca_file = {};                              ///< certificate authorities to trust instead of the system's
  std::uint64_t connections = 0;                         ///< 0: as many as are useful
  unsigned connections_or(unsigned useful) const {
    return connections == 0 ? useful : static_cast<unsigned>(connections);
  }
  std::uint64_t bytes_per_second = 0;  ///< 0: no limit
  /// Only from `.mlo/local/config.yaml`, and never written: secrets, and what runs a command.
  std::string access_key_id = {}, secret_access_key = {}, session_token = {};
  std::string ssh_command = {};  ///< for a shell; empty: as git would choose
  std::string far_mlo = {};      ///< the program at the other end of ssh; empty: `mlo`
  /// Where the key is that all is encrypted with; unset: nothing is.
  struct Encryption {
    std::string key_file = {};     ///< relative to the repository root, or `~/..`
    std::string key_command = {};  ///< prints it; only from `.mlo/local/config.yaml`, and never written
    bool operator==(const Encryption&) const = default;
  };
  std::optional<Encryption> encryption = {};
  bool operator==(const RemoteConfig&) const = default;
};

/// Compressed, and tables, logs, checkpoints and images of disks in parts: what grows or changes in places.
StoreRules default_rules();

/// `.mlo/config.yaml` (committed) with `.mlo/local/config.yaml` (this machine) on top. Kind `config/1`.
struct Config {
  /// `compress`, and `cut`: `names`, `min_bytes`. Only read.
  StoreRules store = default_rules();
  std::vector<RemoteConfig> remotes;  ///< sorted by name
  std::string default_remote;         ///< empty: the only one, or `origin`
  LinkType link = LinkType::reflink;
  bool autocommit = false;
  /// Where objects lie instead of in the repository; absolute, or relative to its root. Only in
  /// `.mlo/local/config.yaml`.
  std::string cache_dir;
  std::string runs_ref = "refs/mlo/runs";
  BoundsConfig bounds;  ///< `limits`. Only read.
  bool trace = true;    ///< stages are traced unless they say otherwise. Only read.
  bool strict = false;  ///< a stage must declare all that it touches. Only read.
};

/// Whose file it is: only one that nobody else gets may hold secrets.
enum class ConfigLayer { shared, local };

/// Lays what `text` says over `config`, strictly: Error{invalid} with file:line:column for anything else than config/1,
/// and with the way out for a newer version. Returns the file as it is, for change_config.
Value read_config(std::string_view text, std::string_view source, Config& config,
                  ConfigLayer layer = ConfigLayer::shared);

/// The file `old` (null: a new one) changed where `after` differs from `before`; what else it says stays, `x-` keys
/// included.
std::string change_config(Value old, const Config& before, const Config& after);

}  // namespace mlo

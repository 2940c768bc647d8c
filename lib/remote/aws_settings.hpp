#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "lib/remote/aws_profile.hpp"
#include "lib/remote/sigv4.hpp"
#include "lib/util/world.hpp"
#include "lib/workspace/config.hpp"

namespace mlo {

/// Where S3 is and how to speak to it: the remote's configuration, then the environment, then the profile.
struct AwsSettings {
  std::string profile_name;
  AwsProfile profile;
  std::string endpoint;  ///< empty: AWS's own
  std::string region;    ///< empty: to be found out
  fs::path ca_file;
};
AwsSettings load_aws_settings(const Environment& env, const RemoteConfig& config);

/// Credentials by AWS's chain: the machine's own configuration of the remote, the environment (unless the remote names
/// a profile), the profile (keys or `credential_process`), the container's endpoint, the machine's (IMDSv2). Those that
/// expire are fetched again in time. Safe from any thread.
class AwsCredentialChain {
 public:
  /// Borrows `world`; the others are copied.
  AwsCredentialChain(const World& world, const RemoteConfig& config, const AwsSettings& settings);
  /// Error{remote} if there are none, with the ways to give some.
  AwsCredentials get();
  /// Where the last ones came from, for errors: "the environment".
  std::string source();

 private:
  struct Found {
    AwsCredentials credentials;
    std::string source;
    std::optional<UtcTime> expires = {};
  };
  std::optional<Found> find() const;
  std::optional<Found> from_profile() const;
  std::optional<Found> from_process(const std::string& command) const;
  std::optional<Found> from_container() const;
  std::optional<Found> from_machine() const;
  Found from_json(std::string_view text, const std::string& source) const;

  const World& world_;
  const RemoteConfig config_;
  const AwsSettings settings_;
  std::mutex mutex_;
  std::optional<Found> found_;
};

}  // namespace mlo

#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lib/remote/aws_clock.hpp"
#include "lib/remote/aws_grant.hpp"
#include "lib/remote/aws_settings.hpp"
#include "lib/util/world.hpp"

namespace mlo {

/// Credentials by AWS's chain, in its order: the machine's own configuration of the remote; the environment's keys,
/// unless the remote names a profile; the profile's role by a source profile or source; a role by web identity, of the
/// environment or the profile; the profile's role of IAM Identity Center, its keys, its `credential_process`; the
/// container's endpoint; the machine's role. A step that is asked for and fails is an error: the next one would be
/// somebody else. Those that expire are fetched again in time. Safe from any thread.
class AwsCredentialChain {
 public:
  /// Borrows `world` and `clock`; the others are copied.
  AwsCredentialChain(const World& world, const RemoteConfig& config, const AwsSettings& settings, AwsClock& clock);
  /// Error{remote} if there are none, with the ways to give some.
  AwsCredentials get();
  /// Where the last ones came from, for errors: "the environment".
  std::string source();

 private:
  std::optional<AwsGrant> find() const;
  std::optional<AwsGrant> from_environment() const;
  AwsGrant by_role(const std::string& name, const AwsProfile& profile, std::vector<std::string> visited) const;
  AwsGrant from_source_profile(const std::string& name, std::vector<std::string> visited) const;
  AwsGrant from_source(const std::string& name, const std::string& source) const;
  enum class Variables { heard, ignored };
  /// What a profile gives by itself.
  std::optional<AwsGrant> from_profile(const std::string& name, const AwsProfile& profile, Variables variables) const;
  std::optional<AwsGrant> by_web_identity(const std::string& name, const AwsProfile& profile,
                                          Variables variables) const;
  AwsGrant from_process(const std::string& name, const std::string& command) const;

  const World& world_;
  const RemoteConfig config_;
  const AwsSettings settings_;
  AwsClock& clock_;
  std::mutex mutex_;
  std::optional<AwsGrant> found_;
  UtcTime try_again_;  ///< not before, if fetching failed while `found_` is still good
};

}  // namespace mlo

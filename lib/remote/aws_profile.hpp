#pragma once
#include <map>
#include <string>
#include <string_view>

#include "lib/util/environment.hpp"

namespace mlo {

/// The keys of one profile.
using AwsProfile = std::map<std::string, std::string, std::less<>>;

/// The section `[section]` of AWS's INI dialect: `key = value`, comments with `#` or `;`, indented lines belong to the
/// key above and are left out. Keys in lower case. Empty if there is none.
AwsProfile read_aws_section(std::string_view text, std::string_view section);
/// The indented lines below `key =` of that section, read the same way.
AwsProfile read_aws_nested(std::string_view text, std::string_view section, std::string_view key);

/// `~/.aws/config` and `~/.aws/credentials`, or what the environment names in their place, as they are when this is
/// made. What is not there is empty.
class AwsFiles {
 public:
  AwsFiles() = default;
  explicit AwsFiles(const Environment& env);

  /// The profile of both files, that of `credentials` on top.
  AwsProfile profile(std::string_view name) const;
  AwsProfile profile_in_credentials(std::string_view name) const;
  AwsProfile profile_in_config(std::string_view name) const;
  AwsProfile sso_session(std::string_view name) const;
  /// `endpoint_url` of one service in `[services NAME]`.
  std::string service_endpoint(std::string_view services, std::string_view service) const;

 private:
  std::string config_, credentials_;
};

}  // namespace mlo

#pragma once
#include <initializer_list>
#include <string>

#include "lib/net/url.hpp"
#include "lib/remote/aws_profile.hpp"
#include "lib/util/fs.hpp"
#include "lib/workspace/config.hpp"

namespace mlo {

/// Where AWS is and how to speak to it: the remote's configuration, then the environment, then the profile.
struct AwsSettings {
  AwsFiles files;
  std::string profile_name;
  bool profile_of_remote = false;  ///< the remote names it, so the environment's credentials do not count
  AwsProfile profile;
  std::string endpoint;      ///< of S3; empty: AWS's own
  std::string region;        ///< empty: to be found out
  fs::path ca_file;          ///< of S3
  fs::path service_ca_file;  ///< of the services that get tokens: never what a repository says
};
/// Error{remote} if the profile that is asked for does not exist.
AwsSettings load_aws_settings(const Environment& env, const RemoteConfig& config);

/// "sts.eu-central-1.amazonaws.com", with the suffix of AWS's part of the world. Error{config} if the region cannot be
/// one.
std::string aws_host(std::string_view service, std::string_view region);
/// Where `service` ("sts", "sso" or "sso_oidc") answers: what the environment or the profile names, else AWS's own in
/// that region. Error{config} if that is no URL of a server.
net::Url aws_service_url(const Environment& env, const AwsSettings& settings, std::string_view service,
                         std::string_view region);
/// "https://HOST:PORT". Error{config} if it is not.
net::Url parse_aws_endpoint(std::string_view service, const std::string& endpoint);

/// The first of these variables that says something; empty if none does.
std::string first_of(const Environment& env, std::initializer_list<std::string_view> names);
/// Empty if there is no such key.
std::string value_of(const AwsProfile& profile, std::string_view key);

}  // namespace mlo

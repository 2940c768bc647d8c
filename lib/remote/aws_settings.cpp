#include "lib/remote/aws_settings.hpp"

#include <array>

#include "lib/remote/s3_errors.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// The first that says something.
std::string choose(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts) {
    if (!text.empty()) return text;
  }
  return {};
}

/// What the environment or the profile names for that service; empty: nothing.
std::string find_endpoint(const Environment& env, const AwsSettings& settings, std::string_view service) {
  if (to_lower(choose({first_of(env, {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"}),
                       value_of(settings.profile, "ignore_configured_endpoint_urls")})) == "true")
    return {};
  std::string own = "AWS_ENDPOINT_URL_";
  for (const char c : service) own += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return choose({first_of(env, {own, "AWS_ENDPOINT_URL"}),
                 settings.files.service_endpoint(value_of(settings.profile, "services"), service),
                 value_of(settings.profile, "endpoint_url")});
}

/// AWS's parts of the world that have names of their own, by the beginning of their regions.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kSuffixes = {{
    {"cn-", "amazonaws.com.cn"},
    {"eusc-", "amazonaws.eu"},
    {"us-iso-", "c2s.ic.gov"},
    {"us-isob-", "sc2s.sgov.gov"},
    {"eu-isoe-", "cloud.adc-e.uk"},
    {"us-isof-", "csp.hci.ic.gov"},
}};

}  // namespace

std::string first_of(const Environment& env, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (auto value = find_env(env, name); value && !value->empty()) return *value;
  }
  return {};
}

std::string value_of(const AwsProfile& profile, std::string_view key) {
  const auto it = profile.find(key);
  return it == profile.end() ? std::string() : it->second;
}

AwsSettings load_aws_settings(const Environment& env, const RemoteConfig& config) {
  AwsSettings out;
  out.files = AwsFiles(env);
  const std::string in_env = first_of(env, {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"});
  out.profile_name = choose({config.profile, in_env, "default"});
  out.profile_of_remote = !config.profile.empty();
  out.profile = out.files.profile(out.profile_name);
  if ((out.profile_of_remote || !in_env.empty()) && out.profile_name != "default" && out.profile.empty()) {
    throw Error(ErrorKind::remote, fmt::format("there is no AWS profile `{}`", printable(out.profile_name)))
        .hint("it belongs into `~/.aws/config` or `~/.aws/credentials`");
  }
  out.endpoint = choose({config.endpoint, find_endpoint(env, out, "s3")});
  out.region =
      choose({config.region, first_of(env, {"AWS_REGION", "AWS_DEFAULT_REGION"}), value_of(out.profile, "region")});
  out.service_ca_file = choose({first_of(env, {"AWS_CA_BUNDLE"}), value_of(out.profile, "ca_bundle")});
  out.ca_file = choose({config.ca_file, out.service_ca_file.string()});
  return out;
}

std::string aws_host(std::string_view service, std::string_view region) {
  if (!is_region(region)) {
    throw Error(ErrorKind::config, fmt::format("`{}` is no region of AWS", printable(region)))
        .hint("set one like `eu-central-1`: the remote's `region`, `AWS_REGION`, or `region` of the AWS profile");
  }
  std::string_view suffix = "amazonaws.com";
  for (const auto& [begin, own] : kSuffixes) {
    if (region.starts_with(begin)) suffix = own;
  }
  return fmt::format("{}.{}.{}", service, region, suffix);
}

net::Url parse_aws_endpoint(std::string_view service, const std::string& endpoint) {
  const auto url = net::parse_url(endpoint);
  if (url && (url->path.empty() || url->path == "/")) return *url;
  throw Error(ErrorKind::config, fmt::format("the {} endpoint `{}` is not a URL", service, printable(endpoint)))
      .hint("write it as `https://HOST:PORT`");
}

net::Url aws_service_url(const Environment& env, const AwsSettings& settings, std::string_view service,
                         std::string_view region) {
  const std::string named = find_endpoint(env, settings, service);
  const std::string_view host = service == "sso" ? "portal.sso" : service == "sso_oidc" ? "oidc" : service;
  if (named.empty()) return {"https", aws_host(host, region), "/"};
  const net::Url url = parse_aws_endpoint(service == "sts" ? "STS" : "SSO", named);
  return {url.scheme, url.host, "/"};
}

}  // namespace mlo

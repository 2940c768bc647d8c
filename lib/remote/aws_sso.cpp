#include "lib/remote/aws_sso.hpp"

#include "lib/remote/aws_login.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

[[noreturn]] void fail_profile(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::remote, fmt::format("the AWS profile `{}` {}", printable(name), what))
      .hint(fmt::format("`aws configure sso --profile {}`", shell_quote(name)));
}

/// Lays the `[sso-session ..]` that the profile names over it, and says what is still missing.
void complete(const AwsSettings& settings, const std::string& name, AwsProfile& profile) {
  if (const std::string session = value_of(profile, "sso_session"); !session.empty()) {
    const AwsProfile keys = settings.files.sso_session(session);
    if (keys.empty()) fail_profile(name, fmt::format("names the `sso_session` `{}`, which does not exist", session));
    for (const auto& [key, value] : keys) {
      const auto [it, is_new] = profile.emplace(key, value);
      if (!is_new && it->second != value)
        fail_profile(name, fmt::format("and its `sso_session` differ in `{}`", printable(key)));
    }
  }
  for (const char* key : {"sso_account_id", "sso_role_name", "sso_region", "sso_start_url"}) {
    if (value_of(profile, key).empty()) fail_profile(name, fmt::format("has no `{}`", key));
  }
}

}  // namespace

bool wants_sso(const AwsProfile& profile) {
  return profile.contains("sso_account_id") || profile.contains("sso_role_name");
}

AwsGrant fetch_sso_grant(const World& world, const AwsSettings& settings, const AwsClock& clock,
                         const std::string& name, AwsProfile profile) {
  complete(settings, name, profile);
  const std::string role = value_of(profile, "sso_role_name"), account = value_of(profile, "sso_account_id");
  const std::string token = load_sso_token(world, settings, clock, name, profile);
  net::Url url = aws_service_url(world.env, settings, "sso", value_of(profile, "sso_region"));
  url.path = "/federation/credentials";
  net::HttpOptions options;
  options.ca_file = settings.service_ca_file;
  const net::HttpResponse response =
      net::HttpClient(world, options)
          .send({.url = url.str() + "?" + canonical_query({{"role_name", role}, {"account_id", account}}),
                 .headers = {{"x-amz-sso_bearer_token", token}}});
  if (response.status == 401) fail_sso_login(name, "is no longer logged in");
  const std::string asked =
      fmt::format("SSO, asked for the role `{}` of the account `{}`,", printable(role), printable(account));
  if (response.status != 200) {
    std::string said;
    if (response.body.starts_with('{')) said = json_text(parse_aws_json(response.body, asked), "message");
    throw Error(ErrorKind::remote, fmt::format("{} answered {}{}", asked, response.status,
                                               said.empty() ? "" : ": " + printable(said.substr(0, 300))))
        .hint(
            fmt::format("has your login that role? `sso_role_name` of the AWS profile `{}` names it", printable(name)));
  }
  const Value json = parse_aws_json(response.body, asked);
  const Value* const given = json.is(Value::Type::object) ? json.find("roleCredentials") : nullptr;
  const Value keys = given == nullptr ? Value::object() : *given;
  AwsGrant grant{{json_text(keys, "accessKeyId"), json_text(keys, "secretAccessKey"), json_text(keys, "sessionToken")},
                 asked};
  check_aws_grant(grant);
  const Value* const end = keys.find("expiration");
  constexpr std::int64_t kMax = 253'402'300'799'999;  // milliseconds: the year 9999
  if (end == nullptr || !end->is(Value::Type::integer) || end->as_int() < 0 || end->as_int() > kMax ||
      grant.credentials.session_token.empty())
    throw Error(ErrorKind::remote, fmt::format("{} gave half an answer", asked));
  grant.expires = UtcTime::from_micros(end->as_int() * 1000);
  grant.source = fmt::format("the login of the AWS profile `{}`", printable(name));
  return grant;
}

}  // namespace mlo

#include "lib/remote/aws_sts.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/remote/xml.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded; charset=utf-8";
constexpr std::uint64_t kMaxToken = std::uint64_t{1} << 16U;

void add(std::string& form, std::string_view name, std::string_view value) {
  if (!value.empty()) form += fmt::format("&{}={}", name, net::percent_encode(value, net::Slash::encode));
}

std::string hint_for(const AwsRole& role, std::string_view code, const std::string& by) {
  if (code == "AccessDenied" || code == "AccessDeniedException") {
    return fmt::format("the role's trust policy must allow who asks, by {}: `aws iam get-role --role-name {}`", by,
                       shell_quote(role.arn.substr(role.arn.rfind('/') + 1)));
  }
  if (code == "ExpiredTokenException" || code == "InvalidIdentityToken")
    return fmt::format("a new token must come into {}", by);
  if (code == "ExpiredToken") return fmt::format("the session has ended: get new credentials; these came from {}", by);
  if (code == "InvalidClientTokenId" || code == "SignatureDoesNotMatch")
    return fmt::format("check the keys that came from {}", by);
  if (code == "ValidationError") return "check `role_arn`, `role_session_name` and `duration_seconds`";
  if (code == "RegionDisabledException") return "set another region: `AWS_REGION`, or `region` of the AWS profile";
  return {};
}

}  // namespace

AwsGrant StsClient::assume(const AwsRole& role, const AwsGrant& by) const {
  return ask(role, {.action = "AssumeRole", .form = {}, .by = by.source, .credentials = &by.credentials});
}

AwsGrant StsClient::assume_by_token(const AwsRole& role, const fs::path& file) const {
  const std::string where = fmt::format("`{}`", printable(file.string()));
  const auto token = find_file(world_.cwd / file, kMaxToken);
  if (!token || trim(*token).empty()) {
    throw Error(ErrorKind::remote, fmt::format("there is no web identity token in {}", where))
        .hint("`AWS_WEB_IDENTITY_TOKEN_FILE`, or `web_identity_token_file` of the AWS profile, must name its file");
  }
  Call call{.action = "AssumeRoleWithWebIdentity", .form = {}, .by = where};
  add(call.form, "WebIdentityToken", trim(*token));
  return ask(role, std::move(call));
}

AwsGrant StsClient::ask(const AwsRole& role, Call call) const {
  std::string form = fmt::format("Action={}&Version=2011-06-15", call.action);
  add(form, "RoleArn", role.arn);
  add(form, "RoleSessionName",
      role.session_name.empty() ? fmt::format("mlo-{}", clock_.now().seconds()) : role.session_name);
  add(form, "ExternalId", role.external_id);
  add(form, "DurationSeconds", role.duration_seconds);
  call.form = form + call.form;

  UtcTime signed_at;
  net::HttpResponse response = send(call, signed_at);
  if (call.credentials != nullptr && clock_.learn(response, signed_at)) response = send(call, signed_at);
  const std::string asked = fmt::format("STS, asked for {} of `{}`,", call.action, printable(role.arn));
  if (response.status != 200) {
    const std::string code = xml_text(response.body, "Code"), said = xml_text(response.body, "Message");
    throw Error(ErrorKind::remote, fmt::format("{} answered {}{}{}", asked, response.status,
                                               code.empty() ? "" : " " + printable(code.substr(0, 100)),
                                               said.empty() ? "" : ": " + printable(said.substr(0, 300))))
        .hint(hint_for(role, code, call.by));
  }
  AwsGrant grant{{xml_text(response.body, "AccessKeyId"), xml_text(response.body, "SecretAccessKey"),
                  xml_text(response.body, "SessionToken")},
                 asked};
  check_aws_grant(grant);
  grant.expires = parse_utc(xml_text(response.body, "Expiration"));
  if (grant.credentials.session_token.empty() || !grant.expires)
    throw Error(ErrorKind::remote, fmt::format("{} gave half an answer", asked));
  grant.source = fmt::format("the role `{}`", printable(role.arn));
  return grant;
}

net::HttpResponse StsClient::send(const Call& call, UtcTime& signed_at) const {
  const std::string region = settings_.region.empty() ? "us-east-1" : settings_.region;
  const net::Url url = aws_service_url(world_.env, settings_, "sts", region);
  const auto headers = [&]() -> net::Headers {
    const std::string type(kForm);
    if (call.credentials == nullptr) return {{"content-type", type}};
    signed_at = clock_.now();
    return sign_aws({.service = "sts",
                     .method = "POST",
                     .host = url.host,
                     .headers = {{"content-type", type}},
                     .payload_sha256 = sha256(call.form).hex()},
                    *call.credentials, region, signed_at);
  };
  net::HttpOptions options;
  options.ca_file = settings_.service_ca_file;
  return net::HttpClient(world_, options)
      .send({.method = "POST", .url = url.str(), .body = {.bytes = call.form}, .sign = headers});
}

}  // namespace mlo

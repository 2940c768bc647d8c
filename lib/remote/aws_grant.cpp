#include "lib/remote/aws_grant.hpp"

#include "lib/codec/json.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Printable ASCII without blanks: nothing else may stand in a header of its own.
bool is_word(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace

std::string json_text(const Value& json, std::string_view key) {
  const Value* const value = json.is(Value::Type::object) ? json.find(key) : nullptr;
  return value != nullptr && value->is(Value::Type::string) ? value->as_string() : std::string();
}

Value parse_aws_json(std::string_view text, const std::string& source) {
  try {
    return parse_json(text, source);
  } catch (const Error&) {
    throw Error(ErrorKind::remote, fmt::format("{} gave no JSON", source));
  }
}

void check_aws_grant(const AwsGrant& grant) {
  const AwsCredentials& given = grant.credentials;
  if (given.access_key_id.empty() || given.secret_access_key.empty())
    throw Error(ErrorKind::remote, fmt::format("{} gave no credentials", grant.source));
  if (!is_word(given.access_key_id) || !is_word(given.secret_access_key) || !is_word(given.session_token))
    throw Error(ErrorKind::remote, fmt::format("{} gave credentials with blanks or control characters", grant.source));
}

AwsGrant read_aws_grant(std::string_view text, const std::string& source) {
  const Value json = parse_aws_json(text, source);
  std::string token = json_text(json, "SessionToken");
  if (token.empty()) token = json_text(json, "Token");
  AwsGrant grant{{json_text(json, "AccessKeyId"), json_text(json, "SecretAccessKey"), std::move(token)}, source};
  check_aws_grant(grant);
  if (const std::string end = json_text(json, "Expiration"); !end.empty()) {
    grant.expires = parse_utc(end);
    if (!grant.expires)
      throw Error(ErrorKind::remote,
                  fmt::format("{} gave `{}` as time of expiry", source, printable(end.substr(0, 80))));
  }
  return grant;
}

}  // namespace mlo

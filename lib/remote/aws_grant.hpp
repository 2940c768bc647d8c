#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "lib/codec/value.hpp"
#include "lib/remote/sigv4.hpp"

namespace mlo {

/// Credentials that somebody gave.
struct AwsGrant {
  AwsCredentials credentials;
  std::string source;  ///< for errors: "the environment"
  std::optional<UtcTime> expires = {};
};

/// The grant of a JSON answer: AccessKeyId, SecretAccessKey, Token or SessionToken, Expiration. Error{remote} if it
/// gives no credentials.
AwsGrant read_aws_grant(std::string_view json, const std::string& source);

/// Error{remote} unless all that it holds may stand in a header, and there are an id and a secret.
void check_aws_grant(const AwsGrant& grant);

/// Error{remote} if `text` is no JSON.
Value parse_aws_json(std::string_view text, const std::string& source);
/// The string at `key`; empty if there is none.
std::string json_text(const Value& json, std::string_view key);

}  // namespace mlo

#pragma once
#include "lib/remote/aws_credentials.hpp"
#include "tests/support/aws_server.hpp"
#include "tests/support/test.hpp"

namespace mlo::test {

inline constexpr std::string_view kArn = "arn:aws:iam::123456789012:role/team/train";

/// A world whose AWS is the server: every service at its URL, one user, one role.
struct Cloud : TestWorld {
  Cloud() {
    env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url();
    env["AWS_ENDPOINT_URL"] = server.url();
    env["AWS_REGION"] = "eu-central-1";
    server.setup(fmt::format(R"({{"machine": "MACHINE", "users": {{"AKIDUSER": {{"secret": "a/secret+"}}}},
      "roles": {{"{}": {{"key": "ROLE", "trust": ["AKIDUSER"], "tokens": ["jwt.a-b.c"]}}}}}})",
                             kArn));
  }
  void config(const std::string& text) { dir.write(".aws/config", text); }
  void keys(const std::string& profile) {
    dir.write(".aws/credentials",
              fmt::format("[{}]\naws_access_key_id = AKIDUSER\naws_secret_access_key = a/secret+\n", profile));
  }
  AwsCredentialChain chain(const RemoteConfig& remote = {}) {
    return AwsCredentialChain(world, remote, load_aws_settings(env, remote), aws_clock);
  }
  std::string id(const RemoteConfig& remote = {}) { return chain(remote).get().access_key_id; }
  /// The message, ` | ` and the hint.
  std::string failure(const RemoteConfig& remote = {}) {
    try {
      return "nothing failed: " + id(remote);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::remote);
      return error.message() + " | " + error.hint();
    }
  }

  AwsServer server;
  AwsClock aws_clock{clock};
};

inline bool has(const std::string& text, std::string_view part) {
  INFO(text << " lacks " << part);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

}  // namespace mlo::test

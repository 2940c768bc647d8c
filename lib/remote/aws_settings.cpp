#include "lib/remote/aws_settings.hpp"

#include "lib/codec/json.hpp"
#include "lib/codec/reader.hpp"
#include "lib/net/http.hpp"
#include "lib/util/error.hpp"
#include "lib/util/process.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Credentials are fetched again so long before they expire.
constexpr std::chrono::minutes kMargin{5};

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

/// The first that says something.
std::string choose(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts) {
    if (!text.empty()) return text;
  }
  return {};
}

/// A service beside the machine answers at once or is not there.
net::HttpOptions impatient() {
  return {.attempts = 2, .connect_timeout = std::chrono::seconds(1), .stall_timeout = std::chrono::seconds(2)};
}

}  // namespace

AwsSettings load_aws_settings(const Environment& env, const RemoteConfig& config) {
  AwsSettings out;
  out.profile_name = choose({config.profile, first_of(env, {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}), "default"});
  out.profile = load_aws_profile(env, out.profile_name);
  const bool named = !config.profile.empty() || !first_of(env, {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}).empty();
  if (named && out.profile_name != "default" && out.profile.empty()) {
    throw Error(ErrorKind::remote, fmt::format("there is no AWS profile `{}`", printable(out.profile_name)))
        .hint("it belongs into `~/.aws/config` or `~/.aws/credentials`");
  }
  out.endpoint = choose({config.endpoint, first_of(env, {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}),
                         value_of(out.profile, "endpoint_url")});
  out.region =
      choose({config.region, first_of(env, {"AWS_REGION", "AWS_DEFAULT_REGION"}), value_of(out.profile, "region")});
  out.ca_file = choose({config.ca_file, first_of(env, {"AWS_CA_BUNDLE"}), value_of(out.profile, "ca_bundle")});
  return out;
}

AwsCredentialChain::AwsCredentialChain(const World& world, const RemoteConfig& config, const AwsSettings& settings)
    : world_(world), config_(config), settings_(settings) {}

AwsCredentials AwsCredentialChain::get() {
  const std::lock_guard lock(mutex_);
  if (!found_ || (found_->expires && *found_->expires - world_.clock.now() < kMargin)) found_ = find();
  if (found_) return found_->credentials;
  throw Error(ErrorKind::remote, "there are no credentials for S3")
      .hint("set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or `AWS_PROFILE`, or run `aws configure`");
}

std::string AwsCredentialChain::source() {
  const std::lock_guard lock(mutex_);
  return found_ ? found_->source : "nowhere";
}

std::optional<AwsCredentialChain::Found> AwsCredentialChain::find() const {
  if (!config_.access_key_id.empty() && !config_.secret_access_key.empty()) {
    return Found{{config_.access_key_id, config_.secret_access_key, config_.session_token}, ".mlo/local/config.yaml"};
  }
  const std::string id = first_of(world_.env, {"AWS_ACCESS_KEY_ID"});
  const std::string secret = first_of(world_.env, {"AWS_SECRET_ACCESS_KEY"});
  if (config_.profile.empty() && !id.empty() && !secret.empty())
    return Found{{id, secret, first_of(world_.env, {"AWS_SESSION_TOKEN"})}, "the environment"};
  if (auto found = from_profile()) return found;
  if (auto found = from_container()) return found;
  return from_machine();
}

std::optional<AwsCredentialChain::Found> AwsCredentialChain::from_profile() const {
  const std::string id = value_of(settings_.profile, "aws_access_key_id");
  const std::string secret = value_of(settings_.profile, "aws_secret_access_key");
  if (!id.empty() && !secret.empty()) {
    return Found{{id, secret, value_of(settings_.profile, "aws_session_token")},
                 fmt::format("the AWS profile `{}`", settings_.profile_name)};
  }
  if (const std::string command = value_of(settings_.profile, "credential_process"); !command.empty())
    return from_process(command);
  for (const char* key : {"sso_session", "sso_start_url", "role_arn", "login_session"}) {
    if (!settings_.profile.contains(key)) continue;
    throw Error(ErrorKind::remote, fmt::format("the AWS profile `{}` has `{}`, which mlo does not speak",
                                               printable(settings_.profile_name), key))
        .hint(fmt::format("`eval \"$(aws configure export-credentials --profile {} --format env)\"`, or make that "
                          "command the `credential_process` of another profile",
                          shell_quote(settings_.profile_name)));
  }
  return std::nullopt;
}

std::optional<AwsCredentialChain::Found> AwsCredentialChain::from_process(const std::string& command) const {
  const ProcessOutput result = run_process({.argv = {"sh", "-c", command}, .cwd = world_.cwd, .env = world_.env});
  if (result.exit.code != 0) {
    throw Error(ErrorKind::remote, fmt::format("the `credential_process` of the AWS profile `{}` ended with {}",
                                               printable(settings_.profile_name), result.exit.code))
        .hint(std::string(printable(trim(result.err.substr(0, 300)))));
  }
  return from_json(result.out, "the `credential_process` of the AWS profile");
}

AwsCredentialChain::Found AwsCredentialChain::from_json(std::string_view text, const std::string& source) const {
  const Value json = parse_json(text, source);
  const auto string = [&](std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
      const Value* value = json.is(Value::Type::object) ? json.find(key) : nullptr;
      if (value != nullptr && value->is(Value::Type::string)) return value->as_string();
    }
    return std::string();
  };
  Found found{{string({"AccessKeyId"}), string({"SecretAccessKey"}), string({"SessionToken", "Token"})}, source};
  found.expires = parse_utc(string({"Expiration"}));
  if (found.credentials.access_key_id.empty() || found.credentials.secret_access_key.empty())
    throw Error(ErrorKind::remote, fmt::format("{} gave no credentials", source));
  return found;
}

std::optional<AwsCredentialChain::Found> AwsCredentialChain::from_container() const {
  std::string url = first_of(world_.env, {"AWS_CONTAINER_CREDENTIALS_FULL_URI"});
  const std::string relative = first_of(world_.env, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"});
  if (!relative.empty()) url = "http://169.254.170.2" + relative;
  if (url.empty()) return std::nullopt;
  net::HttpRequest request{.url = url};
  std::string token = first_of(world_.env, {"AWS_CONTAINER_AUTHORIZATION_TOKEN"});
  if (const std::string file = first_of(world_.env, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"}); !file.empty())
    token = trim(read_file(file, 65536));
  if (!token.empty()) request.headers.emplace_back("Authorization", token);
  const net::HttpResponse response = net::HttpClient(world_, impatient()).send(request);
  if (response.status != 200)
    throw Error(ErrorKind::remote, fmt::format("the container's credentials answered {}", response.status));
  return from_json(response.body, "the container's credentials");
}

std::optional<AwsCredentialChain::Found> AwsCredentialChain::from_machine() const {
  if (to_lower(first_of(world_.env, {"AWS_EC2_METADATA_DISABLED"})) == "true") return std::nullopt;
  const std::string base =
      choose({first_of(world_.env, {"AWS_EC2_METADATA_SERVICE_ENDPOINT"}), "http://169.254.169.254"});
  const std::string roles = base + "/latest/meta-data/iam/security-credentials/";
  try {
    net::HttpOptions options = impatient();
    options.attempts = 1;
    net::HttpClient client(world_, options);
    const net::HttpResponse token = client.send({.method = "PUT",
                                                 .url = base + "/latest/api/token",
                                                 .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}});
    if (token.status != 200) return std::nullopt;
    const net::Headers with_token = {{"X-aws-ec2-metadata-token", std::string(trim(token.body))}};
    const net::HttpResponse role = client.send({.url = roles, .headers = with_token});
    if (role.status != 200) return std::nullopt;
    const std::string name(trim(role.body.substr(0, role.body.find('\n'))));
    const net::HttpResponse given = client.send({.url = roles + name, .headers = with_token});
    if (given.status != 200) return std::nullopt;
    return from_json(given.body, "the machine's role");
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    return std::nullopt;  // not a machine of AWS
  }
}

}  // namespace mlo

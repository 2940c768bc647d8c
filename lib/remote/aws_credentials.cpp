#include "lib/remote/aws_credentials.hpp"

#include "lib/remote/aws_machine.hpp"
#include "lib/remote/aws_sso.hpp"
#include "lib/remote/aws_sts.hpp"
#include "lib/util/error.hpp"
#include "lib/util/process.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// Credentials are fetched again so long before they expire, and if that fails, so long after again.
constexpr std::chrono::minutes kMargin{5}, kPause{1};

[[noreturn]] void fail(const std::string& name, const std::string& what, const std::string& hint) {
  throw Error(ErrorKind::remote, fmt::format("the AWS profile `{}` {}", printable(name), what)).hint(hint);
}

/// A way round what only AWS's own program can do.
std::string let_aws_do_it(const std::string& name) {
  return fmt::format(
      "`eval \"$(aws configure export-credentials --profile {} --format env)\"`, or make that command the "
      "`credential_process` of another profile",
      shell_quote(name));
}

bool has_role(const AwsProfile& profile) {
  return profile.contains("role_arn") && !profile.contains("web_identity_token_file");
}

bool has_keys(const AwsProfile& profile) {
  return profile.contains("aws_access_key_id") || profile.contains("aws_secret_access_key");
}

AwsRole role_of(const AwsProfile& profile) {
  return {value_of(profile, "role_arn"), value_of(profile, "role_session_name"), value_of(profile, "external_id"),
          value_of(profile, "duration_seconds")};
}

/// The keys of a profile as one of the files has them.
std::optional<AwsGrant> keys_of(const std::string& name, const AwsProfile& profile) {
  const std::string id = value_of(profile, "aws_access_key_id"), secret = value_of(profile, "aws_secret_access_key");
  if (id.empty()) return std::nullopt;
  if (secret.empty()) {
    fail(name, "has `aws_access_key_id` and no `aws_secret_access_key`",
         fmt::format("`aws configure --profile {}`", shell_quote(name)));
  }
  return AwsGrant{{id, secret, value_of(profile, "aws_session_token")},
                  fmt::format("the AWS profile `{}`", printable(name))};
}

}  // namespace

AwsCredentialChain::AwsCredentialChain(const World& world, const RemoteConfig& config, const AwsSettings& settings,
                                       AwsClock& clock)
    : world_(world), config_(config), settings_(settings), clock_(clock) {}

AwsCredentials AwsCredentialChain::get() {
  const std::lock_guard lock(mutex_);
  const UtcTime now = clock_.now();
  const bool good = found_ && (!found_->expires || now < *found_->expires);
  if (good && (!found_->expires || *found_->expires - now >= kMargin || now < try_again_)) return found_->credentials;
  try {
    found_ = find();
  } catch (const Error& error) {
    if (!good || error.kind() == ErrorKind::interrupted) throw;
    try_again_ = now + kPause;
  }
  if (found_) return found_->credentials;
  throw Error(ErrorKind::remote, "there are no credentials for S3")
      .hint("set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or `AWS_PROFILE`, or run `aws configure`");
}

std::string AwsCredentialChain::source() {
  const std::lock_guard lock(mutex_);
  return found_ ? found_->source : "nowhere";
}

std::optional<AwsGrant> AwsCredentialChain::find() const {
  if (!config_.access_key_id.empty() && !config_.secret_access_key.empty()) {
    return AwsGrant{{config_.access_key_id, config_.secret_access_key, config_.session_token},
                    ".mlo/local/config.yaml"};
  }
  const Variables variables = settings_.profile_of_remote ? Variables::ignored : Variables::heard;
  if (variables == Variables::heard) {
    if (auto grant = from_environment()) return grant;
  }
  const std::string& name = settings_.profile_name;
  if (has_role(settings_.profile)) return by_role(name, settings_.profile, {name});
  if (auto grant = from_profile(name, settings_.profile, variables)) return grant;
  if (auto grant = find_container_grant(world_)) return grant;
  return find_machine_grant(world_);
}

std::optional<AwsGrant> AwsCredentialChain::from_environment() const {
  const std::string id = first_of(world_.env, {"AWS_ACCESS_KEY_ID"});
  const std::string secret = first_of(world_.env, {"AWS_SECRET_ACCESS_KEY"});
  if (id.empty()) return std::nullopt;
  if (secret.empty()) {
    throw Error(ErrorKind::remote, "the environment has `AWS_ACCESS_KEY_ID` and no `AWS_SECRET_ACCESS_KEY`")
        .hint("set both, or `unset AWS_ACCESS_KEY_ID`");
  }
  return AwsGrant{{id, secret, first_of(world_.env, {"AWS_SESSION_TOKEN"})}, "the environment"};
}

AwsGrant AwsCredentialChain::by_role(const std::string& name, const AwsProfile& profile,
                                     std::vector<std::string> visited) const {
  if (profile.contains("mfa_serial"))
    fail(name, "has `mfa_serial`: its role wants a code of a device, which mlo does not ask for", let_aws_do_it(name));
  const std::string from = value_of(profile, "source_profile"), source = value_of(profile, "credential_source");
  if (from.empty() == source.empty()) {
    fail(name, from.empty() ? "has `role_arn` and nobody to take the role on" : "has two to take its role on",
         "give it `source_profile` or `credential_source`, one of them");
  }
  const AwsGrant by = from.empty() ? from_source(name, source) : from_source_profile(from, std::move(visited));
  return StsClient(world_, settings_, clock_).assume(role_of(profile), by);
}

AwsGrant AwsCredentialChain::from_source_profile(const std::string& name, std::vector<std::string> visited) const {
  const AwsProfile profile = settings_.files.profile(name);
  if (profile.empty()) {
    fail(visited.back(), fmt::format("has the `source_profile` `{}`, which does not exist", printable(name)),
         "it belongs into `~/.aws/config` or `~/.aws/credentials`");
  }
  // A profile with a role and keys of its own may name itself: then it is its keys that are meant.
  const bool itself = visited.back() == name && has_keys(profile);
  if (!itself && std::find(visited.begin(), visited.end(), name) != visited.end()) {
    visited.push_back(name);
    fail(visited.front(), fmt::format("has source profiles in a circle: {}", printable(join(visited, " -> "))),
         "one of them needs keys, `credential_source`, or another way to credentials");
  }
  visited.push_back(name);
  if (has_role(profile) && !has_keys(profile)) return by_role(name, profile, std::move(visited));
  if (auto grant = from_profile(name, profile, Variables::ignored)) return *grant;
  fail(name, "is a `source_profile` and has no credentials",
       fmt::format("`aws configure --profile {}`", shell_quote(name)));
}

AwsGrant AwsCredentialChain::from_source(const std::string& name, const std::string& source) const {
  std::optional<AwsGrant> grant;
  if (source == "Environment") {
    grant = from_environment();
  } else if (source == "EcsContainer") {
    grant = find_container_grant(world_);
  } else if (source == "Ec2InstanceMetadata") {
    grant = find_machine_grant(world_);
  } else {
    fail(name, fmt::format("has the `credential_source` `{}`, which there is not", printable(source)),
         "it is one of `Environment`, `EcsContainer`, `Ec2InstanceMetadata`");
  }
  if (grant) return *grant;
  fail(name, fmt::format("has the `credential_source` `{}`, which gives no credentials here", source),
       "use a profile with `source_profile`, or run where that source is");
}

std::optional<AwsGrant> AwsCredentialChain::from_profile(const std::string& name, const AwsProfile& profile,
                                                         Variables variables) const {
  if (auto grant = by_web_identity(name, profile, variables)) return grant;
  if (wants_sso(profile)) return fetch_sso_grant(world_, settings_, clock_, name, profile);
  if (auto grant = keys_of(name, settings_.files.profile_in_credentials(name))) return grant;
  if (profile.contains("login_session"))
    fail(name, "has `login_session`, which mlo does not speak", let_aws_do_it(name));
  if (const std::string command = value_of(profile, "credential_process"); !command.empty())
    return from_process(name, command);
  return keys_of(name, settings_.files.profile_in_config(name));
}

std::optional<AwsGrant> AwsCredentialChain::by_web_identity(const std::string& name, const AwsProfile& profile,
                                                            Variables variables) const {
  const auto choose = [&](std::string_view variable, std::string_view key) {
    const std::string said = variables == Variables::heard ? first_of(world_.env, {variable}) : std::string();
    return said.empty() ? value_of(profile, key) : said;
  };
  const std::string file = choose("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
  if (file.empty()) return std::nullopt;
  AwsRole role = role_of(profile);
  role.arn = choose("AWS_ROLE_ARN", "role_arn");
  role.session_name = choose("AWS_ROLE_SESSION_NAME", "role_session_name");
  role.external_id.clear();  // of AssumeRole alone
  if (role.arn.empty()) {
    throw Error(ErrorKind::remote,
                fmt::format("there is a web identity token, `{}`, and no role to take on with it", printable(file)))
        .hint(fmt::format("set `AWS_ROLE_ARN`, or `role_arn` of the AWS profile `{}`", printable(name)));
  }
  return StsClient(world_, settings_, clock_).assume_by_token(role, file);
}

AwsGrant AwsCredentialChain::from_process(const std::string& name, const std::string& command) const {
  const ProcessOutput result = run_process({.argv = {"sh", "-c", command}, .cwd = world_.cwd, .env = world_.env});
  if (result.exit.code != 0) {
    fail(name, fmt::format("has a `credential_process` that ended with {}", result.exit.code),
         std::string(printable(trim(result.err.substr(0, 300)))));
  }
  return read_aws_grant(result.out, fmt::format("the `credential_process` of the AWS profile `{}`", printable(name)));
}

}  // namespace mlo

#include "lib/remote/aws_machine.hpp"

#include "lib/net/url.hpp"
#include "lib/remote/aws_settings.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// A service beside the machine answers at once or is not there.
net::HttpOptions impatient(unsigned attempts) {
  return {.attempts = attempts, .connect_timeout = std::chrono::seconds(1), .stall_timeout = std::chrono::seconds(2)};
}

/// An HTTP client without the proxies of the environment.
class DirectClient {
 public:
  DirectClient(const World& world, unsigned attempts)
      : world_{world.clock, world.rng, env_, world.log, world.progress, world.stop, world.threads, world.cwd},
        http_(world_, impatient(attempts)) {}
  net::HttpResponse send(const net::HttpRequest& request) { return http_.send(request); }

 private:
  const Environment env_;
  const World world_;
  net::HttpClient http_;
};

bool stays_on_machine(const net::Url& url) {
  std::string host = url.host;
  if (!host.ends_with(']') && host.rfind(':') != std::string::npos && host.rfind(':') > host.rfind(']') + 1)
    host.resize(host.rfind(':'));
  return host == "localhost" || host.starts_with("127.") || host == "[::1]" || host == "169.254.170.2" ||
         host == "169.254.170.23" || host == "[fd00:ec2::23]";
}

}  // namespace

std::optional<AwsGrant> find_container_grant(const World& world, const std::string& relative_base) {
  std::string text = first_of(world.env, {"AWS_CONTAINER_CREDENTIALS_FULL_URI"});
  if (const std::string relative = first_of(world.env, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"}); !relative.empty())
    text = relative_base + relative;
  if (text.empty()) return std::nullopt;
  const auto url = net::parse_url(text.substr(0, text.find('?')));
  if (!url || (url->scheme == "http" && !stays_on_machine(*url))) {
    throw Error(ErrorKind::remote,
                fmt::format("the container's credentials would leave the machine to come from `{}`", printable(text)))
        .hint("`AWS_CONTAINER_CREDENTIALS_FULL_URI` must be https://, or name the machine itself");
  }
  net::HttpRequest request{.url = text};
  std::string token = first_of(world.env, {"AWS_CONTAINER_AUTHORIZATION_TOKEN"});
  if (const std::string file = first_of(world.env, {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"}); !file.empty())
    token = trim(read_file(world.cwd / file, 65536));
  if (printable(token) != token)
    throw Error(ErrorKind::remote, "the container's authorization token has control characters");
  if (!token.empty()) request.headers.emplace_back("Authorization", token);
  const net::HttpResponse response = DirectClient(world, 2).send(request);
  if (response.status != 200) {
    throw Error(ErrorKind::remote, fmt::format("the container's credentials answered {}", response.status))
        .hint("`AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `_FULL_URI` names where they are; has this task a role?");
  }
  return read_aws_grant(response.body, "the container's credentials");
}

std::optional<AwsGrant> find_machine_grant(const World& world) {
  if (to_lower(first_of(world.env, {"AWS_EC2_METADATA_DISABLED"})) == "true") return std::nullopt;
  std::string base = first_of(world.env, {"AWS_EC2_METADATA_SERVICE_ENDPOINT"});
  if (base.empty()) base = "http://169.254.169.254";
  while (base.ends_with('/')) base.pop_back();
  const std::string roles = base + "/latest/meta-data/iam/security-credentials/";
  try {
    DirectClient client(world, 1);
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
    return read_aws_grant(given.body, "the machine's role");
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;
    return std::nullopt;  // not a machine of AWS
  }
}

}  // namespace mlo

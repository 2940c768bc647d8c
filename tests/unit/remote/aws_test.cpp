#include "lib/remote/aws_credentials.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

/// A world with a home of its own, and no machine beside it that gives credentials.
struct Home : test::TestWorld {
  Home() { env["AWS_EC2_METADATA_DISABLED"] = "true"; }
  AwsCredentials credentials(const RemoteConfig& config = {}) {
    return AwsCredentialChain(world, config, load_aws_settings(env, config), aws_clock).get();
  }
  std::string id(const RemoteConfig& config = {}) { return credentials(config).access_key_id; }

  AwsClock aws_clock{clock};
};

std::string failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::remote);
    CHECK_FALSE(error.hint().empty());
    return error.message();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("a section of AWS's files is read as AWS does", "[remote]") {
  const AwsProfile profile = read_aws_section(
      "region = nowhere\n[default]\nregion=a\n# region=b\n; x\n[ profile p ]\n AWS_Access_Key_Id = no\n"
      "Region = eu-central-1 # near\ns3 =\n  addressing_style = path\nempty =\nno equals\n[other\nregion = c\n",
      "profile p");
  CHECK(profile == AwsProfile{{"region", "eu-central-1"}, {"s3", ""}, {"empty", ""}});
  CHECK(read_aws_section("", "default").empty());
  CHECK(read_aws_section("[default", "default").empty());
  CHECK(
      read_aws_nested(
          "[services a]\nsts =\n endpoint_url = no\n[services b]\nS3 =\n  x = 1\nsts=\n\tEndpoint_URL = y # z\nz = 1\n"
          " x = 2\n",
          "services b", "sts") == AwsProfile{{"endpoint_url", "y"}});
  CHECK(read_aws_nested("[a]\n x = 1\n", "a", "").empty());
  CHECK(read_aws_section("[]\n[default]\n=\n", "default") == AwsProfile{{"", ""}});
}

TEST_CASE("credentials come from the remote's own, then the environment, then the profile", "[remote]") {
  Home home;
  CHECK(failure_of([&] { home.credentials(); }) == "there are no credentials for S3");
  home.dir.write(".aws/credentials",
                 "[default]\naws_access_key_id = FILE\naws_secret_access_key = s\n"
                 "[p]\naws_access_key_id = P\naws_secret_access_key = s\naws_session_token = t\n");
  CHECK(home.id() == "FILE");
  home.env["AWS_PROFILE"] = "p";
  CHECK(home.id() == "P");
  CHECK(home.credentials().session_token == "t");
  home.env["AWS_ACCESS_KEY_ID"] = "ENV";
  // One alone is a mistake: whoever comes next in the chain is not who was meant.
  CHECK(failure_of([&] { home.id(); }) == "the environment has `AWS_ACCESS_KEY_ID` and no `AWS_SECRET_ACCESS_KEY`");
  home.env["AWS_SECRET_ACCESS_KEY"] = "s";
  CHECK(home.id() == "ENV");
  CHECK(home.id({.name = "o", .url = "s3://b", .profile = "default"}) == "FILE");
  CHECK(home.id({.name = "o", .url = "s3://b", .access_key_id = "OWN", .secret_access_key = "s"}) == "OWN");
  CHECK(failure_of([&] { home.id({.name = "o", .url = "s3://b", .profile = "nope"}); }) ==
        "there is no AWS profile `nope`");
}

TEST_CASE("endpoint and region come from the remote, the environment, the profile", "[remote]") {
  Home home;
  home.dir.write("config", "[profile p]\nregion = r3\nendpoint_url = https://e3\nca_bundle = /c3\n");
  home.env["AWS_CONFIG_FILE"] = (home.dir / "config").string();
  RemoteConfig config{.name = "o", .url = "s3://b", .profile = "p"};
  AwsSettings settings = load_aws_settings(home.env, config);
  CHECK(settings.region == "r3");
  CHECK(settings.endpoint == "https://e3");
  CHECK(settings.ca_file == "/c3");
  home.env["AWS_DEFAULT_REGION"] = "r2";
  home.env["AWS_ENDPOINT_URL"] = "https://e";
  home.env["AWS_ENDPOINT_URL_S3"] = "https://e2";
  settings = load_aws_settings(home.env, config);
  CHECK(settings.region == "r2");
  CHECK(settings.endpoint == "https://e2");
  config.ca_file = "/of/the/repository";
  settings = load_aws_settings(home.env, config);
  CHECK(settings.ca_file == "/of/the/repository");
  CHECK(settings.service_ca_file == "/c3");  // who gets a token is not for a repository to vouch for
  config.region = "r1";
  config.endpoint = "https://e1";
  settings = load_aws_settings(home.env, config);
  CHECK(settings.region == "r1");
  CHECK(settings.endpoint == "https://e1");
}

TEST_CASE("a service's endpoint comes from the environment, the profile's services, the profile", "[remote]") {
  Home home;
  home.dir.write(
      ".aws/config",
      "[default]\nservices = here\nendpoint_url = https://e4\n[services here]\nsts =\n  endpoint_url = https://e3\n"
      "s3 =\n  endpoint_url = https://s3\n");
  const auto url = [&](std::string_view service) {
    return aws_service_url(home.env, load_aws_settings(home.env, {}), service, "cn-north-1").str();
  };
  CHECK(url("sts") == "https://e3/");
  CHECK(url("sso") == "https://e4/");
  CHECK(load_aws_settings(home.env, {}).endpoint == "https://s3");
  home.env["AWS_ENDPOINT_URL"] = "https://e2/";
  CHECK(url("sts") == "https://e2/");
  home.env["AWS_ENDPOINT_URL_STS"] = "http://localhost:1";
  CHECK(url("sts") == "http://localhost:1/");
  CHECK(url("sso") == "https://e2/");
  home.env["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true";
  CHECK(url("sts") == "https://sts.cn-north-1.amazonaws.com.cn/");
  CHECK(url("sso") == "https://portal.sso.cn-north-1.amazonaws.com.cn/");
  CHECK(url("sso_oidc") == "https://oidc.cn-north-1.amazonaws.com.cn/");
  home.env.erase("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
  home.env["AWS_ENDPOINT_URL_STS"] = "localhost:1";
  CHECK_THROWS_AS(url("sts"), Error);
  CHECK(aws_host("s3", "eu-central-1") == "s3.eu-central-1.amazonaws.com");
  CHECK(aws_host("s3", "eusc-de-east-1") == "s3.eusc-de-east-1.amazonaws.eu");
  CHECK_THROWS_AS(aws_host("s3", "evil.example/"), Error);
}

TEST_CASE("a credential process is run, and again before what it gave expires", "[remote]") {
  Home home;
  home.dir.write(".aws/config",
                 "[default]\ncredential_process = echo >> runs; echo '{\"Version\": 1, \"AccessKeyId\": "
                 "\"PROC\", \"SecretAccessKey\": \"s\", \"Expiration\": \"2001-02-03T05:00:00Z\"}'\n");
  AwsCredentialChain chain(home.world, {}, load_aws_settings(home.env, {}), home.aws_clock);
  CHECK(chain.get().access_key_id == "PROC");
  CHECK(chain.get().access_key_id == "PROC");
  CHECK(read_file(home.dir / "runs") == "\n");
  home.clock.advance(std::chrono::minutes(52));
  CHECK(chain.get().access_key_id == "PROC");
  CHECK(read_file(home.dir / "runs") == "\n\n");
  for (const char* bad : {"false", "echo", "echo '[]'", "echo '{\"AccessKeyId\": 1}'",
                          "echo '{\"AccessKeyId\": \"a\", \"SecretAccessKey\": \"b\", \"Expiration\": \"soon\"}'",
                          "echo '{\"AccessKeyId\": \"a\\nb\", \"SecretAccessKey\": \"b\"}'"}) {
    home.dir.write(".aws/config", fmt::format("[default]\ncredential_process = {}\n", bad));
    CHECK_THROWS_AS(home.credentials(), Error);
  }
}

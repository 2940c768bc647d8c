#include "lib/remote/aws_settings.hpp"
#include "tests/support/lying_server.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

/// A world with a home of its own, and no machine beside it that gives credentials.
struct Home : test::TestWorld {
  Home() { env["AWS_EC2_METADATA_DISABLED"] = "true"; }
  AwsCredentials credentials(const RemoteConfig& config = {}) {
    return AwsCredentialChain(world, config, load_aws_settings(env, config)).get();
  }
  std::string id(const RemoteConfig& config = {}) { return credentials(config).access_key_id; }
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
  CHECK(home.id() == "P");  // one alone is none
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
  config.region = "r1";
  config.endpoint = "https://e1";
  settings = load_aws_settings(home.env, config);
  CHECK(settings.region == "r1");
  CHECK(settings.endpoint == "https://e1");
}

TEST_CASE("a credential process is run, and again before what it gave expires", "[remote]") {
  Home home;
  home.dir.write(".aws/config",
                 "[default]\ncredential_process = echo >> runs; echo '{\"Version\": 1, \"AccessKeyId\": "
                 "\"PROC\", \"SecretAccessKey\": \"s\", \"Expiration\": \"2001-02-03T05:00:00Z\"}'\n");
  AwsCredentialChain chain(home.world, {}, load_aws_settings(home.env, {}));
  CHECK(chain.get().access_key_id == "PROC");
  CHECK(chain.get().access_key_id == "PROC");
  CHECK(read_file(home.dir / "runs") == "\n");
  home.clock.advance(std::chrono::minutes(52));
  CHECK(chain.get().access_key_id == "PROC");
  CHECK(read_file(home.dir / "runs") == "\n\n");
  for (const char* bad : {"false", "echo", "echo '[]'", "echo '{\"AccessKeyId\": 1}'"}) {
    home.dir.write(".aws/config", fmt::format("[default]\ncredential_process = {}\n", bad));
    CHECK_THROWS_AS(home.credentials(), Error);
  }
}

TEST_CASE("a profile that needs another login says how to get one", "[remote]") {
  Home home;
  home.dir.write(".aws/config", "[default]\nsso_session = work\n");
  CHECK(failure_of([&] { home.credentials(); }).find("`sso_session`") != std::string::npos);
}

TEST_CASE("a container's and a machine's credentials are asked for", "[remote]") {
  test::LyingServer server;
  Home home;
  const std::string_view given = R"({"AccessKeyId":"ROLE","SecretAccessKey":"s","Token":"t"})";
  server.put("/creds", given);
  home.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = server.url("/creds");
  home.env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "secret";
  CHECK(home.id() == "ROLE");
  CHECK(server.requests() == "GET /creds authorization\n");

  home.env.erase("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  home.env.erase("AWS_EC2_METADATA_DISABLED");
  home.env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = server.url();
  server.put("/latest/meta-data/iam/security-credentials/", "my-role");
  server.put("/latest/meta-data/iam/security-credentials/my-role", given);
  CHECK(home.credentials().session_token == "t");
  server.lie("GET", "security-credentials", "status", 9, "404");
  CHECK(failure_of([&] { home.credentials(); }) == "there are no credentials for S3");
}

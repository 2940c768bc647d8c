#include "lib/remote/aws_credentials.hpp"

#include "lib/codec/json.hpp"
#include "lib/crypto/sha1.hpp"
#include "tests/support/aws_cloud.hpp"
#include "tests/support/test.hpp"

using namespace mlo;
using namespace mlo::test;

TEST_CASE("a web identity is the role's, and never falls through to the machine's", "[remote]") {
  Cloud cloud;
  CHECK(cloud.id() == "MACHINE1");
  cloud.server.requests();
  cloud.env["AWS_WEB_IDENTITY_TOKEN_FILE"] = (cloud.dir / "token").string();
  CHECK(has(cloud.failure(), "no role to take on"));
  cloud.env["AWS_ROLE_ARN"] = kArn;
  CHECK(has(cloud.failure(), "there is no web identity token in `" + (cloud.dir / "token").string() + "`"));
  cloud.dir.write("token", "jwt.a-b.c\n");
  CHECK(cloud.id() == "ROLE1");
  cloud.env["AWS_ROLE_SESSION_NAME"] = "a pod";
  CHECK(cloud.chain().get().session_token == "token/ROLE+2==");
  CHECK(
      cloud.server.requests() ==
      fmt::format("sts AssumeRoleWithWebIdentity {0} mlo-981173106\nsts AssumeRoleWithWebIdentity {0} a pod\n", kArn));
  cloud.dir.write("token", "expired");
  const std::string expired = cloud.failure();
  CHECK(has(expired,
            fmt::format("asked for AssumeRoleWithWebIdentity of `{}`, answered 400 ExpiredTokenException", kArn)));
  CHECK(has(expired, "| a new token must come into `"));
  cloud.dir.write("token", "stranger");
  CHECK(has(cloud.failure(), "answered 403 AccessDenied: User: web identity is not authorized"));
  CHECK(cloud.server.requests().find("machine") == std::string::npos);
}

TEST_CASE("a token is read anew when the role's credentials are about to end", "[remote]") {
  Cloud cloud;
  cloud.env["AWS_WEB_IDENTITY_TOKEN_FILE"] = "token";
  cloud.env["AWS_ROLE_ARN"] = kArn;
  cloud.dir.write("token", "jwt.a-b.c");
  AwsCredentialChain chain = cloud.chain();
  CHECK(chain.get().access_key_id == "ROLE1");
  cloud.clock.advance(std::chrono::minutes(54));
  CHECK(chain.get().access_key_id == "ROLE1");
  cloud.dir.write("token", "jwt.other");
  cloud.server.setup(
      fmt::format(R"({{"now": 981176406, "roles": {{"{}": {{"key": "ROLE", "tokens": ["jwt.other"]}}}}}})", kArn));
  cloud.clock.advance(std::chrono::minutes(2));
  CHECK(chain.get().access_key_id == "ROLE2");

  SECTION("what is still good is used while nobody gives new ones") {
    cloud.dir.write("token", "stranger");
    cloud.server.requests();
    cloud.clock.advance(std::chrono::minutes(56));
    CHECK(chain.get().access_key_id == "ROLE2");
    CHECK(chain.get().access_key_id == "ROLE2");
    const std::string asked = cloud.server.requests();
    CHECK(asked.find("refused") == asked.rfind("refused"));  // not again at once
    cloud.clock.advance(std::chrono::minutes(5));
    CHECK_THROWS_AS(chain.get(), Error);
  }
}

TEST_CASE("a role is taken on with the keys of a source profile, signed as AWS wants it", "[remote]") {
  Cloud cloud;
  cloud.keys("base");
  cloud.config(
      fmt::format("[profile p]\nrole_arn = {}\nsource_profile = base\nrole_session_name = nightly\n"
                  "duration_seconds = 900\n[profile q]\nrole_arn = {}\nsource_profile = base\nexternal_id = x y\n",
                  kArn, kArn));
  const RemoteConfig p{.name = "o", .url = "s3://b", .profile = "p"}, q{.name = "o", .url = "s3://b", .profile = "q"};
  AwsCredentialChain chain = cloud.chain(p);
  CHECK(chain.get().access_key_id == "ROLE1");
  CHECK(chain.source() == fmt::format("the role `{}`", kArn));
  CHECK(cloud.server.requests() ==
        fmt::format("sts AssumeRole {} nightly by AKIDUSER in eu-central-1 for 900\n", kArn));
  const std::string refused = cloud.failure(q);
  CHECK(
      has(refused, fmt::format("STS, asked for AssumeRole of `{}`, answered 403 AccessDenied: User: AKIDUSER", kArn)));
  CHECK(has(refused, "`aws iam get-role --role-name train`"));
  cloud.server.setup(
      fmt::format(R"({{"roles": {{"{}": {{"key": "ROLE", "trust": ["AKIDUSER"], "external_id": "x y"}}}}}})", kArn));
  CHECK(cloud.id(q) == "ROLE2");
  cloud.dir.write(".aws/credentials", "[base]\naws_access_key_id = AKIDUSER\naws_secret_access_key = wrong\n");
  CHECK(has(cloud.failure(q),
            "403 SignatureDoesNotMatch: the signature is wrong | check the keys that came from the AWS "
            "profile `base`"));
  cloud.server.setup(R"({"users": {}})");
  CHECK(has(cloud.failure(q), "403 InvalidClientTokenId"));
}

TEST_CASE("roles may be chained, but not in a circle", "[remote]") {
  Cloud cloud;
  cloud.keys("base");
  cloud.server.setup(
      R"({"roles": {"arn:1": {"key": "ONE", "trust": ["AKIDUSER"]}, "arn:2": {"key": "TWO", "trust": ["ONE"]}}})");
  cloud.config(
      "[profile one]\nrole_arn = arn:1\nsource_profile = base\n[default]\nrole_arn = arn:2\nsource_profile = one\n"
      "[profile a]\nrole_arn = arn:1\nsource_profile = b\n[profile b]\nrole_arn = arn:1\nsource_profile = a\n"
      "[profile self]\nrole_arn = arn:1\nsource_profile = self\n"
      "[profile own]\nrole_arn = arn:1\nsource_profile = own\naws_access_key_id = AKIDUSER\n"
      "aws_secret_access_key = a/secret+\n");
  CHECK(cloud.id() == "TWO1");
  const std::string asked = cloud.server.requests();
  CHECK(has(asked, "sts AssumeRole arn:1 mlo-981173106 by AKIDUSER in eu-central-1\n"));
  CHECK(has(asked, "sts AssumeRole arn:2 mlo-981173106 by ONE1 in eu-central-1\n"));
  cloud.env["AWS_PROFILE"] = "a";
  CHECK(has(cloud.failure(), "the AWS profile `a` has source profiles in a circle: a -> b -> a"));
  cloud.env["AWS_PROFILE"] = "self";
  CHECK(has(cloud.failure(), "the AWS profile `self` has source profiles in a circle: self -> self"));
  cloud.env["AWS_PROFILE"] = "own";
  CHECK(cloud.id() == "ONE2");
}

TEST_CASE("a role's profile says what it lacks", "[remote]") {
  Cloud cloud;
  cloud.keys("base");
  const auto told = [&](const std::string& lines) {
    cloud.config("[default]\nrole_arn = arn:1\n" + lines + "[profile empty]\nregion = x\n");
    return cloud.failure();
  };
  CHECK(has(told(""), "has `role_arn` and nobody to take the role on"));
  CHECK(has(told("source_profile = base\ncredential_source = Environment\n"), "has two to take its role on"));
  CHECK(has(told("source_profile = nope\n"),
            "the AWS profile `default` has the `source_profile` `nope`, which does not"));
  CHECK(has(told("source_profile = empty\n"), "the AWS profile `empty` is a `source_profile` and has no credentials"));
  CHECK(has(told("credential_source = Magic\n"), "`credential_source` `Magic`, which there is not"));
  CHECK(has(told("credential_source = Environment\n"), "which gives no credentials here"));
  CHECK(has(told("source_profile = base\nmfa_serial = arn:mfa\n"), "`mfa_serial`: its role wants a code"));
  CHECK(
      has(told("source_profile = base\nmfa_serial = arn:mfa\n"), "aws configure export-credentials --profile default"));
  cloud.config("[default]\nlogin_session = x\n");
  CHECK(has(cloud.failure(), "has `login_session`, which mlo does not speak"));
  CHECK(cloud.server.requests().empty());
  cloud.config("[default]\naws_access_key_id = x\n");
  CHECK(has(cloud.failure(), "has `aws_access_key_id` and no `aws_secret_access_key`"));
}

TEST_CASE("a role's credentials come from the source that its profile names", "[remote]") {
  Cloud cloud;
  cloud.server.setup(fmt::format(
      R"({{"container": {{"key": "CONTAINER", "token": "let me in"}},
      "roles": {{"{}": {{"key": "ROLE", "trust": ["AKIDUSER", "MACHINE", "CONTAINER"]}}}}}})",
      kArn));
  const auto by = [&](const std::string& source) {
    cloud.config(fmt::format("[profile p]\nrole_arn = {}\ncredential_source = {}\n", kArn, source));
    cloud.server.requests();
    CHECK(cloud.id({.name = "o", .url = "s3://b", .profile = "p"}).starts_with("ROLE"));
    const std::string asked = cloud.server.requests();
    return asked.substr(asked.find(" by ") + 4);
  };
  CHECK(by("Ec2InstanceMetadata") == "MACHINE1 in eu-central-1\n");
  cloud.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = cloud.server.url("/container");
  cloud.env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "let me in";
  CHECK(by("EcsContainer") == "CONTAINER1 in eu-central-1\n");
  cloud.env["AWS_ACCESS_KEY_ID"] = "AKIDUSER";
  cloud.env["AWS_SECRET_ACCESS_KEY"] = "a/secret+";
  CHECK(by("Environment") == "AKIDUSER in eu-central-1\n");
}

TEST_CASE("what comes first in the chain wins", "[remote]") {
  Cloud cloud;
  cloud.dir.write(".aws/credentials",
                  "[default]\naws_access_key_id = AKIDUSER\naws_secret_access_key = a/secret+\n"
                  "[base]\naws_access_key_id = AKIDUSER\naws_secret_access_key = a/secret+\n");
  cloud.server.setup(fmt::format(
      R"({{"logins": {{"bearer": {{"1/dev": "LOGIN"}}}}, "roles": {{"{}": {{"key": "ROLE", "trust": ["AKIDUSER"]}},
      "arn:web": {{"key": "WEB", "tokens": ["jwt"]}}}}}})",
      kArn));
  const std::string sso = "sso_account_id = 1\nsso_role_name = dev\nsso_region = r-1\nsso_start_url = https://s\n";
  const std::string process = "credential_process = echo '{\"AccessKeyId\":\"PROC\",\"SecretAccessKey\":\"s\"}'\n";
  const std::string keys = "aws_access_key_id = CONFIG\naws_secret_access_key = s\n";
  cloud.dir.write(".aws/sso/cache/" + sha1_hex("https://s") + ".json",
                  R"({"accessToken": "bearer", "expiresAt": "2001-02-03T05:00:00UTC"})");
  cloud.dir.write("token", "jwt");
  cloud.env["AWS_WEB_IDENTITY_TOKEN_FILE"] = "token";
  cloud.env["AWS_ROLE_ARN"] = "arn:web";
  const std::string role = fmt::format("role_arn = {}\nsource_profile = base\n", kArn);
  cloud.config("[default]\n" + role + sso + process + keys);
  CHECK(cloud.id() == "ROLE1");
  cloud.env["AWS_ACCESS_KEY_ID"] = "ENV";
  cloud.env["AWS_SECRET_ACCESS_KEY"] = "s";
  CHECK(cloud.id() == "ENV");
  // A profile that the remote names is asked, not the environment.
  CHECK(cloud.id({.name = "o", .url = "s3://b", .profile = "default"}) == "ROLE2");
  cloud.env.erase("AWS_ACCESS_KEY_ID");
  cloud.config("[default]\n" + sso + process + keys);
  CHECK(cloud.id() == "WEB1");
  CHECK(cloud.id({.name = "o", .url = "s3://b", .profile = "default"}) == "LOGIN1");
  cloud.env.erase("AWS_WEB_IDENTITY_TOKEN_FILE");
  CHECK(cloud.id() == "LOGIN2");
  cloud.config("[default]\n" + process + keys);
  CHECK(cloud.id() == "AKIDUSER");
  fs::remove(cloud.dir / ".aws/credentials");
  CHECK(cloud.id() == "PROC");
  cloud.config("[default]\n" + keys);
  CHECK(cloud.id() == "CONFIG");
  cloud.config("");
  CHECK(cloud.id() == "MACHINE1");
}

TEST_CASE("a login of `aws sso login` gives its role, and says when it has ended", "[remote]") {
  Cloud cloud;
  cloud.server.setup(R"({"logins": {"bearer": {"1/dev": "LOGIN"}}})");
  const std::string profile = "[profile w k]\nsso_session = work\nsso_account_id = 1\nsso_role_name = ";
  const std::string session = "[sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://s\n";
  const std::string file = ".aws/sso/cache/" + sha1_hex("work") + ".json";
  CHECK(sha1_hex("work") == "e274eeff768c6396088ec6eb091f4bf4d47ab1e0");
  cloud.env["AWS_PROFILE"] = "w k";
  cloud.config(profile + "dev\n" + session);
  CHECK(cloud.failure() == "the AWS profile `w k` is not logged in | `aws sso login --profile 'w k'`");
  cloud.dir.write(file, R"({"accessToken": "bearer", "expiresAt": "2001-02-03T08:05:06Z"})");
  AwsCredentialChain chain = cloud.chain();
  CHECK(chain.get().access_key_id == "LOGIN1");
  CHECK(chain.get().session_token == "token/LOGIN+1==");
  CHECK(cloud.server.requests() == "sso 1/dev\n");
  cloud.clock.advance(std::chrono::minutes(56));
  CHECK(chain.get().access_key_id == "LOGIN2");

  cloud.config(profile + "admin\n" + session);
  CHECK(has(cloud.failure(), "SSO, asked for the role `admin` of the account `1`, answered 403: No access | has your"));
  cloud.config(profile + "dev\n" + session);
  cloud.dir.write(file, R"({"accessToken": "revoked", "expiresAt": "2001-02-03T08:05:06Z"})");
  CHECK(cloud.failure() == "the AWS profile `w k` is no longer logged in | `aws sso login --profile 'w k'`");
  cloud.server.requests();
  cloud.dir.write(file, R"({"accessToken": "bearer", "expiresAt": "2001-02-03T04:05:06Z"})");
  CHECK(cloud.failure() == "the AWS profile `w k` is no longer logged in | `aws sso login --profile 'w k'`");
  for (const char* bad :
       {"", "[]", R"({"accessToken": "a"})", R"({"accessToken": "a\nb", "expiresAt": "2001-02-03T08:05:06Z"})"}) {
    cloud.dir.write(file, bad);
    CHECK(has(cloud.failure(), *bad == '\0' ? "gave no JSON" : "has a login that mlo cannot read"));
  }
  cloud.config(profile + "dev\n");
  CHECK(has(cloud.failure(), "names the `sso_session` `work`, which does not exist"));
  cloud.config(profile + "dev\nsso_region = other\n" + session);
  CHECK(has(cloud.failure(), "and its `sso_session` differ in `sso_region`"));
  cloud.config("[profile w k]\nsso_role_name = dev\nsso_start_url = https://s\n");
  CHECK(has(cloud.failure(), "has no `sso_account_id` | `aws configure sso --profile 'w k'`"));
  CHECK(cloud.server.requests().empty());
}

TEST_CASE("a login that ends soon is exchanged for a new one, which others find too", "[remote]") {
  Cloud cloud;
  cloud.server.setup(R"({"logins": {"old": {"1/dev": "OLD"}, "new": {"1/dev": "NEW"}},
    "exchanges": {"again": {"client": "c/s", "gives": "new", "next": "later"}, "later": {"client": "c/s", "gives": "new"}}})");
  cloud.config(
      "[default]\nsso_session = work\nsso_account_id = 1\nsso_role_name = dev\n"
      "[sso-session work]\nsso_region = eu-west-1\nsso_start_url = https://s\n");
  const std::string file = ".aws/sso/cache/" + sha1_hex("work") + ".json";
  const auto write = [&](const std::string& end, const std::string& more) {
    cloud.dir.write(file,
                    fmt::format(R"({{"accessToken": "old", "expiresAt": "{}", "region": "eu-west-1"{}}})", end, more));
    cloud.server.requests();
  };
  const std::string client =
      R"(, "clientId": "c", "clientSecret": "s", "registrationExpiresAt": "2001-05-03T04:05:06Z", "refreshToken": )";
  constexpr const char *kGone = "2001-02-03T04:00:00Z", *kSoon = "2001-02-03T04:15:00Z", *kFar = "2001-02-03T04:25:00Z";

  write(kFar, client + R"("again")");
  CHECK(cloud.id().starts_with("OLD"));
  CHECK(cloud.server.requests() == "sso 1/dev\n");
  for (const char* end : {kSoon, kGone}) {
    write(end, client + R"("again")");
    CHECK(cloud.id().starts_with("NEW"));
    CHECK(cloud.server.requests() == "oidc refresh_token again\nsso 1/dev\n");
    CHECK((find_stat(cloud.dir / file)->mode & 0777U) == 0600);
    const Value kept = parse_json(read_file(cloud.dir / file), file);
    CHECK(json_text(kept, "expiresAt") == "2001-02-03T05:05:06Z");
    CHECK(json_text(kept, "refreshToken") == "later");
    CHECK(json_text(kept, "region") == "eu-west-1");
  }
  // The next token may come without a refresh token of its own; then the old one goes on.
  cloud.clock.advance(std::chrono::minutes(50));
  CHECK(cloud.id().starts_with("NEW"));
  CHECK(cloud.server.requests() == "oidc refresh_token later\nsso 1/dev\n");
  CHECK(json_text(parse_json(read_file(cloud.dir / file), file), "refreshToken") == "later");
  cloud.clock.advance(-std::chrono::minutes(50));

  // What cannot be exchanged is good to its end.
  const auto lie = [&](int status, const std::string& body) {
    cloud.server.setup(fmt::format(R"({{"lies": [{{"of": "CreateToken", "status": {}, "body": {}}}]}})", status,
                                   emit_json(Value(body), JsonStyle::compact)));
  };
  const std::string ended = "the AWS profile `default` is no longer logged in | `aws sso login --profile default`";
  for (const std::string& more : {std::string(), client + R"("revoked")",
                                  R"(, "clientId": "c", "clientSecret": "s", "refreshToken": "again")" + std::string(),
                                  R"(, "clientId": "c", "clientSecret": "s", "refreshToken": "again",)" +
                                      std::string(R"("registrationExpiresAt": "2001-02-03T04:05:06Z")")}) {
    write(kSoon, more);
    CHECK(cloud.id().starts_with("OLD"));
    write(kGone, more);
    CHECK(cloud.failure() == ended);
  }
  for (const char* body :
       {"<html>", "[]", R"({"accessToken": "a"})", R"({"accessToken": "a\nb", "expiresIn": 3600})",
        R"({"accessToken": "new", "expiresIn": -1})", R"({"accessToken": "new", "expiresIn": 1e300})"}) {
    write(kSoon, client + R"("again")");
    lie(200, body);
    CHECK(cloud.id().starts_with("OLD"));
  }
}

TEST_CASE("answers that are no answers give no credentials", "[remote]") {
  Cloud cloud;
  cloud.keys("base");
  cloud.config(
      fmt::format("[default]\nrole_arn = {}\nsource_profile = base\n[profile s]\nsso_account_id = 1\n"
                  "sso_role_name = r\nsso_region = r-1\nsso_start_url = https://s\n",
                  kArn));
  cloud.dir.write(".aws/sso/cache/" + sha1_hex("https://s") + ".json",
                  R"({"accessToken": "t", "expiresAt": "2001-02-03T05:00:00Z"})");
  const auto lie = [&](const std::string& of, const std::string& body) {
    cloud.server.setup(fmt::format(R"({{"lies": [{{"of": "{}", "status": 200, "body": {}}}]}})", of,
                                   emit_json(Value(body), JsonStyle::compact)));
  };
  const std::string id = "<AccessKeyId>A</AccessKeyId><SecretAccessKey>s</SecretAccessKey>";
  for (const std::string& body :
       {std::string(), std::string("<html>"), id, id + "<SessionToken>t</SessionToken>",
        id + "<SessionToken>t</SessionToken><Expiration>soon</Expiration>",
        id + "<SessionToken>t&#10;x: y</SessionToken><Expiration>2001-02-03T05:00:00Z</Expiration>"}) {
    lie("AssumeRole", body);
    CHECK(has(cloud.failure(), fmt::format("STS, asked for AssumeRole of `{}`, gave ", kArn)));
  }
  cloud.env["AWS_PROFILE"] = "s";
  for (
      const char* body :
      {"", "[]", "{}", R"({"roleCredentials": []})",
       R"({"roleCredentials": {"accessKeyId": "a", "secretAccessKey": "b"}})",
       R"({"roleCredentials": {"accessKeyId": "a", "secretAccessKey": "b", "sessionToken": "c", "expiration": "x"}})",
       R"({"roleCredentials": {"accessKeyId": "a", "secretAccessKey": "b", "sessionToken": "c", "expiration": -1}})",
       R"({"roleCredentials": {"accessKeyId": "a b", "secretAccessKey": "b", "sessionToken": "c", "expiration": 1}})"}) {
    lie("GetRoleCredentials", body);
    CHECK(has(cloud.failure(), "SSO, asked for the role `r` of the account `1`, gave "));
  }
}

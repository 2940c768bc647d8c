#include "lib/remote/aws_clock.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/remote/s3_client.hpp"
#include "tests/support/aws_cloud.hpp"
#include "tests/support/test.hpp"

using namespace mlo;
using namespace mlo::test;

TEST_CASE("a clock that is wrong is set right by the service's", "[remote]") {
  CHECK(parse_http_date("Fri, 24 May 2013 01:02:03 GMT") == parse_utc("2013-05-24T01:02:03Z"));
  for (const char* bad :
       {"", "Fri, 24 May 2013 01:02:03 CET", "Fri, 24 ayJ 2013 01:02:03 GMT", "Fri, 24 May 2013 01:02:63 GMT",
        "Friday, 24-May-13 01:02:03 GMT", "Fri, 2x May 2013 01:02:03 GMT"})
    CHECK_FALSE(parse_http_date(bad));

  const std::int64_t off = GENERATE(3600, -3600);
  Cloud cloud;
  cloud.server.setup(fmt::format(R"({{"now": {}}})", 981173106 + off));
  cloud.env["AWS_ACCESS_KEY_ID"] = "AKIDUSER";
  cloud.env["AWS_SECRET_ACCESS_KEY"] = "a/secret+";
  const RemoteConfig remote{.name = "o", .url = "s3://bucket"};

  SECTION("of S3, once for a client") {
    S3Client client(cloud.world, remote, "bucket");
    CHECK(client.list("").objects.empty());
    CHECK(client.find("none") == std::nullopt);
    CHECK(cloud.server.requests() ==
          "s3 refused: RequestTimeTooSkewed\ns3 GET by AKIDUSER in eu-central-1\ns3 GET by AKIDUSER in eu-central-1\n");
  }
  SECTION("of S3, by the answer to a HEAD, which does not say why") {
    S3Client client(cloud.world, remote, "bucket");
    CHECK(client.find_size("none") == std::nullopt);
    CHECK(cloud.server.requests() == "s3 refused: RequestTimeTooSkewed\ns3 HEAD by AKIDUSER in eu-central-1\n");
  }
  SECTION("of S3, with what is sent") {
    S3Client client(cloud.world, remote, "bucket");
    const std::string bytes = "some bytes";
    client.replace("key", {.bytes = bytes}, sha256(bytes));
    CHECK(client.find("key") == bytes);
  }
  SECTION("of STS, and what expires does so by its time") {
    cloud.keys("base");
    cloud.config(fmt::format("[profile p]\nrole_arn = {}\nsource_profile = base\n", kArn));
    AwsCredentialChain chain = cloud.chain({.name = "o", .url = "s3://b", .profile = "p"});
    CHECK(chain.get().access_key_id == "ROLE1");
    CHECK(chain.get().access_key_id == "ROLE1");
    CHECK(
        cloud.server.requests() ==
        fmt::format("sts refused: SignatureDoesNotMatch\nsts AssumeRole {} mlo-981173106 by AKIDUSER in eu-central-1\n",
                    kArn));
    cloud.clock.advance(std::chrono::minutes(56));
    cloud.server.setup(fmt::format(R"({{"now": {}}})", 981173106 + off + 56 * 60));
    CHECK(chain.get().access_key_id == "ROLE2");
  }
  SECTION("but a wrong secret stays wrong") {
    cloud.env["AWS_SECRET_ACCESS_KEY"] = "x";
    cloud.server.setup(R"({"now": 981173106})");
    S3Client client(cloud.world, remote, "bucket");
    CHECK_THROWS_AS(client.list(""), Error);
    CHECK(cloud.server.requests() == "s3 refused: SignatureDoesNotMatch\n");
  }
}

#include "lib/remote/aws_machine.hpp"

#include "tests/support/aws_cloud.hpp"
#include "tests/support/test.hpp"

using namespace mlo;
using namespace mlo::test;

TEST_CASE("a container's credentials want its token, and stay on the machine", "[remote]") {
  Cloud cloud;
  cloud.server.setup(R"({"container": {"key": "CONTAINER", "token": "Basic from-file"}})");
  cloud.env["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "wrong";
  cloud.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = cloud.server.url("/container?a=b");
  cloud.env["http_proxy"] = "http://127.0.0.1:1";  // nobody is there
  CHECK(has(cloud.failure(), "the container's credentials answered 403"));
  cloud.env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "pod-token";
  cloud.dir.write("pod-token", "Basic from-file\n");
  CHECK(cloud.id() == "CONTAINER1");
  CHECK(cloud.server.requests() == "container /container?a=b wrong\ncontainer /container?a=b Basic from-file\n");
  cloud.dir.write("pod-token", "Basic\nx-evil: 1");
  CHECK(has(cloud.failure(), "token has control characters"));
  fs::remove(cloud.dir / "pod-token");
  CHECK_THROWS_AS(cloud.id(), Error);
  cloud.dir.write("pod-token", "Basic from-file");
  for (const char* url :
       {"http://credentials.example/x", "http://169.254.170.2.example/", "gopher://localhost/", "http://[::2]/"}) {
    cloud.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
    CHECK(has(cloud.failure(), "would leave the machine"));
  }
  // The relative one counts from the container's own address, and wins.
  cloud.env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/container?id=7";
  cloud.server.requests();
  CHECK(find_container_grant(cloud.world, cloud.server.url())->credentials.access_key_id == "CONTAINER2");
  CHECK(cloud.server.requests() == "container /container?id=7 Basic from-file\n");
}

TEST_CASE("the machine's role is asked for with the token that the machine gave", "[remote]") {
  Cloud cloud;
  cloud.env["http_proxy"] = "http://127.0.0.1:1";
  AwsCredentialChain chain = cloud.chain();
  CHECK(chain.get().access_key_id == "MACHINE1");
  CHECK(chain.source() == "the machine's role");
  CHECK(cloud.server.requests() ==
        "machine PUT /latest/api/token\nmachine GET /latest/meta-data/iam/security-credentials/\n"
        "machine GET /latest/meta-data/iam/security-credentials/the-role\n");
  cloud.clock.advance(std::chrono::minutes(56));
  CHECK(chain.get().access_key_id == "MACHINE2");
  cloud.server.setup(R"({"machine": ""})");
  CHECK(has(cloud.failure(), "there are no credentials for S3"));
  cloud.server.setup(R"({"machine": "MACHINE"})");
  cloud.env["AWS_EC2_METADATA_DISABLED"] = "true";
  CHECK(has(cloud.failure(), "there are no credentials for S3"));
}

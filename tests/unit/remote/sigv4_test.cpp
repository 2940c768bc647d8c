#include "lib/remote/sigv4.hpp"

#include "lib/crypto/hmac.hpp"
#include "lib/crypto/sha256.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

constexpr std::string_view kEmpty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view kHost = "examplebucket.s3.amazonaws.com";

std::string signature(const AwsRequest& request, const std::string& token = "") {
  const AwsCredentials credentials{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", token};
  for (const auto& [name, value] : sign_aws(request, credentials, "us-east-1", *parse_utc("2013-05-24T00:00:00Z"))) {
    if (name == "authorization") return value.substr(value.find("SignedHeaders="));
  }
  return "nothing";
}

}  // namespace

// The first four are the examples of AWS's documentation of Signature Version 4 for S3; the last was made with
// botocore.
TEST_CASE("requests are signed as AWS's examples say", "[remote]") {
  CHECK(signature({.host = std::string(kHost),
                   .path = "/test.txt",
                   .headers = {{"range", "bytes=0-9"}},
                   .payload_sha256 = std::string(kEmpty)}) ==
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  CHECK(
      signature({.method = "PUT",
                 .host = std::string(kHost),
                 .path = "/test%24file.text",
                 .headers = {{"date", "Fri, 24 May 2013 00:00:00 GMT"}, {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                 .payload_sha256 = sha256("Welcome to Amazon S3.").hex()}) ==
      "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
      "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  CHECK(signature({.host = std::string(kHost), .query = {{"lifecycle", ""}}, .payload_sha256 = std::string(kEmpty)}) ==
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
        "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  CHECK(signature({.host = std::string(kHost),
                   .query = {{"prefix", "J"}, {"max-keys", "2"}},
                   .payload_sha256 = std::string(kEmpty)}) ==
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
        "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
  CHECK(signature({.method = "PUT",
                   .host = "127.0.0.1:9000",
                   .path = "/b/a%20b/%C3%BC//x%3D1",
                   .query = {{"uploadId", "a/b+= c"}, {"partNumber", "2"}},
                   .headers = {{"x-amz-checksum-sha256", "abc="}, {"if-none-match", "*"}},
                   .payload_sha256 = "UNSIGNED-PAYLOAD"},
                  "to/ken+==") ==
        "SignedHeaders=host;if-none-match;x-amz-checksum-sha256;x-amz-content-sha256;x-amz-date;x-amz-security-token,"
        "Signature=9ccda711f5be19b0b851a6cbbc306b4b15d5af98f1746829efd5a1b6aec2b5d8");
}

// The signature that botocore makes of the same request.
TEST_CASE("a request to another service is signed in its name", "[remote]") {
  const AwsCredentials credentials{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""};
  const std::string body =
      "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr&RoleSessionName=s";
  const net::Headers headers =
      sign_aws({.service = "sts",
                .method = "POST",
                .host = "sts.eu-central-1.amazonaws.com",
                .headers = {{"content-type", "application/x-www-form-urlencoded; charset=utf-8"}},
                .payload_sha256 = sha256(body).hex()},
               credentials, "eu-central-1", *parse_utc("2013-05-24T00:00:00Z"));
  const auto found =
      std::find_if(headers.begin(), headers.end(), [](const auto& h) { return h.first == "authorization"; });
  REQUIRE(found != headers.end());
  CHECK(found->second ==
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/eu-central-1/sts/aws4_request,"
        "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date,"
        "Signature=57b3cc7f6ff59532974dcb9ed9073f9b45e2f32c585ef7215889a354edb2e554");
}

TEST_CASE("a query is sorted after it is encoded", "[remote]") {
  CHECK(canonical_query({{"b", "1"}, {"a b", "ü/"}, {"a-", ""}}) == "a%20b=%C3%BC%2F&a-=&b=1");
}

TEST_CASE("HMAC-SHA-256 gives the values of RFC 4231", "[crypto]") {
  CHECK(hmac_sha256("Jefe", "what do ya want for nothing?").hex() ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hmac_sha256(std::string(20, '\x0b'), "Hi There").hex() ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First").hex() ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

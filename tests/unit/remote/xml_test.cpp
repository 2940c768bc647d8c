#include "lib/remote/xml.hpp"

#include "lib/remote/s3_errors.hpp"
#include "lib/util/base64.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("elements are found, with their entities resolved", "[remote]") {
  const std::string_view xml =
      "<R xmlns=\"x\"><Key>a</Key><Keys>no</Keys><Key a=\"b\">&lt;&#x41;&#66;&amp;&quot;</Key><Key/></R>";
  CHECK(xml_elements(xml, "Key") == std::vector<std::string_view>{"a", "&lt;&#x41;&#66;&amp;&quot;"});
  CHECK(xml_text(xml_elements("<K>&lt;&#x41;&#66;&amp;&quot;&apos;&gt;</K>", "K").front(), "none").empty());
  CHECK(xml_text("<K>&lt;&#x41;&#66;&#x20AC;&amp;&quot;&apos;&gt;</K>", "K") == "<AB\xE2\x82\xAC&\"'>");
}

TEST_CASE("what is no XML gives nothing, and never more than was there", "[remote]") {
  for (const char* bad : {"", "<", "<K", "<K>", "<K>x", "<K>x</K", "</K>x<K>", "<K a=", "<KK>x</KK>", "<K/>"})
    CHECK(xml_elements(bad, "K").empty());
  CHECK(xml_text("<K>&;&#;&#x;&#xD800;&#99999999999;&nope;&</K>", "K") == "&;&#;&#x;&#xD800;&#99999999999;&nope;&");
}

TEST_CASE("base64 is that of RFC 4648", "[util]") {
  CHECK(to_base64(bytes_of("")).empty());
  CHECK(to_base64(bytes_of("f")) == "Zg==");
  CHECK(to_base64(bytes_of("fo")) == "Zm8=");
  CHECK(to_base64(bytes_of("foo")) == "Zm9v");
  CHECK(to_base64(bytes_of("foobar\xff\xfe")) == "Zm9vYmFy//4=");
}

TEST_CASE("S3's refusals are one line with what can be done", "[remote]") {
  const S3Context context{"GET", "k\n", "bucket", "us-east-1", "the environment"};
  const auto error = [&](int status, std::string_view code) {
    return s3_error(context,
                    {.status = status, .headers = {}, .body = fmt::format("<Error><Code>{}</Code></Error>", code)});
  };
  CHECK(error(403, "SignatureDoesNotMatch").message() == "S3 answered 403 SignatureDoesNotMatch to GET of `k\\x0a`");
  CHECK(error(403, "SignatureDoesNotMatch").hint() == "check the keys that came from the environment");
  CHECK(error(403, "RequestTimeTooSkewed").hint().find("clock") != std::string::npos);
  CHECK(error(404, "NoSuchBucket").hint().find("s3://bucket") != std::string::npos);
  CHECK(error(301, "PermanentRedirect").hint().find("`us-east-1`") != std::string::npos);
  CHECK(error(403, "AccessDenied").hint().find("s3:PutObject") != std::string::npos);
  CHECK(error(503, "SlowDown").hint().find("later") != std::string::npos);
  CHECK(error(403, "a\nb\x1b[31m").message().find('\n') == std::string::npos);
  CHECK(is_region("eu-central-1"));
  for (const char* bad : {"", "a.b", "a/b", "A", "a b"}) CHECK_FALSE(is_region(bad));
}

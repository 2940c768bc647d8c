#include "lib/manifest/attestation.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

/// The golden attestation with one text in place of another.
std::string changed(std::string_view from, std::string_view to) {
  const std::string text = read_file("tests/golden/attestation.yaml");
  REQUIRE(text.find(from) != std::string::npos);
  return replace_all(text, from, to);
}

}  // namespace

TEST_CASE("an attestation that cannot be one is refused with its place", "[manifest]") {
  const auto refuse = [](std::string_view from, std::string_view to, std::string_view why) {
    INFO(from << " -> " << to);
    CHECK_THROWS_WITH(parse_attestation(changed(from, to), "a.yaml"),
                      Catch::StartsWith("a.yaml:") && Catch::Contains(std::string(why)));
  };
  refuse("attestation/1", "run/1", "expected `attestation/1`");
  refuse("attestation/1", "attestation/2", "newer than this mlo");
  refuse("verdict: different\nexecutions", "verdict: fine\nexecutions", "`fine` is not a verdict");
  refuse("executions: 2", "executions: 3", "must be 1 or 2");
  refuse("tolerance: 1.0e-06", "tolerance: 1", "below 1");
  refuse("tolerance: 1.0e-06", "tolerance: .nan", "below 1");
  refuse("path: model.pkl", "path: ../model.pkl", "below the repository");
  refuse("data/raw: sha256:", "../raw: sha256:", "below the repository");
  refuse("data/raw: sha256:", "data/raw: md5:", "a digest");
  refuse("run: \"00e3a1b2c3d47abc8def0123456789ab\"", "run: x", "not a run id");
  refuse("verifier: ada@example.org\n", "", "missing `verifier`");
  refuse("    reason:", "    surprise:", "surprise");
}

TEST_CASE("an attestation cannot say that all is well while one of its stages is not", "[manifest]") {
  CHECK_THROWS_WITH(parse_attestation(changed("verdict: different\nexecutions", "verdict: identical\nexecutions"), "a"),
                    Catch::Contains("worse than the whole"));
  CHECK_THROWS_WITH(parse_attestation(read_file("tests/golden/attestation.yaml")
                                              .substr(0, read_file("tests/golden/attestation.yaml").find("stages:")) +
                                          "stages: []\n",
                                      "a"),
                    Catch::Contains("at least one stage"));
}

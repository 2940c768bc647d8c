#include "lib/manifest/semver.hpp"

#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("versions are those of semver.org, and nothing near them", "[manifest]") {
  for (const char* good : {"0.0.1", "1.2.0", "10.20.30", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-0.3.7",
                           "1.0.0-x-y-z.--", "1.0.0+001", "1.0.0-beta+exp.sha.5114f85", "4294967295.0.0"}) {
    INFO(good);
    REQUIRE(SemVer::parse(good));
    CHECK(SemVer::parse(good)->str() == good);
  }
  for (const char* bad :
       {"", "1", "1.2", "1.2.3.4", "v1.2.3", "01.2.3", "1.02.3", "1.2.3-", "1.2.3+", "1.2.3-01", "1.2.3-a..b",
        "1.2.3-a_b", "1.2.3 ", " 1.2.3", "1.2.-3", "1.2.3-a/b", "+1.2.3", "1.2.4294967296", "1.2.3-\xC3\xA4"}) {
    INFO(bad);
    CHECK_FALSE(SemVer::parse(bad));
  }
  CHECK_FALSE(SemVer::parse("1.2.3-" + std::string(100, 'a')));
}

TEST_CASE("versions are ordered as semver.org says", "[manifest]") {
  const char* ascending[] = {
      "0.0.1",      "0.1.0",        "1.0.0-2",       "1.0.0-10",   "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
      "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",       "1.0.0+a",       "1.0.1",
      "2.0.0",      "10.0.0"};
  for (std::size_t i = 0; i < std::size(ascending); ++i) {
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      INFO(ascending[i] << " and " << ascending[j]);
      CHECK((*SemVer::parse(ascending[i]) <=> *SemVer::parse(ascending[j])) == (i <=> j));
    }
  }
}

TEST_CASE("a bump makes the next release", "[manifest]") {
  const auto next = [](const char* from, Bump part) { return bump(*SemVer::parse(from), part).str(); };
  CHECK(next("0.0.0", Bump::patch) == "0.0.1");
  CHECK(next("1.2.3", Bump::patch) == "1.2.4");
  CHECK(next("1.2.3", Bump::minor) == "1.3.0");
  CHECK(next("1.2.3", Bump::major) == "2.0.0");
  CHECK(next("1.2.3-rc.1+x", Bump::patch) == "1.2.3");
  CHECK(next("1.2.0-rc.1", Bump::minor) == "1.2.0");
  CHECK(next("1.2.3-rc.1", Bump::minor) == "1.3.0");
  CHECK(next("2.0.0-rc.1", Bump::major) == "2.0.0");
}

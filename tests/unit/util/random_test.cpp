#include "lib/util/random.hpp"

#include <set>

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

TEST_CASE("a UUIDv7 carries its millisecond, sorts by it, and differs within it", "[util]") {
  test::SeededRng rng;
  const UtcTime moment = UtcTime::from_micros(981'173'106'789'123);
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = make_uuid7(moment, rng);
    CHECK(is_uuid7(id));
    CHECK(uuid7_time(id) == UtcTime::from_micros(981'173'106'789'000));
    ids.insert(id);
  }
  CHECK(ids.size() == 1000);
  CHECK(make_uuid7(moment + std::chrono::milliseconds(1), rng) > *ids.rbegin());
}

TEST_CASE("the layout is that of RFC 9562", "[util]") {
  // The example of its appendix A.6.
  CHECK(is_uuid7("017f22e279b07cc398c4dc0c0c07398f"));
  CHECK(uuid7_time("017f22e279b07cc398c4dc0c0c07398f") == UtcTime::from_micros(1'645'557'742'000'000));
}

TEST_CASE("only 32 lower-case digits of version 7 and variant 2 are a run id", "[util]") {
  for (const char* bad :
       {"", "017f22e279b07cc398c4dc0c0c07398", "017f22e279b07cc398c4dc0c0c07398ff", "017F22E279B07CC398C4DC0C0C07398F",
        "017f22e279b04cc398c4dc0c0c07398f", "017f22e279b07cc3d8c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "017f22e279b07cc398c4dc0c0c0739../"}) {
    INFO(bad);
    CHECK_FALSE(is_uuid7(bad));
  }
}

TEST_CASE("an id has the same two words everywhere", "[util]") {
  CHECK(adjective_noun("017f22e279b07cc398c4dc0c0c07398f") == adjective_noun("017f22e279b07cc398c4dc0c0c07398f"));
  test::SeededRng rng;
  std::set<std::string> names;
  for (int i = 0; i < 500; ++i) names.insert(adjective_noun(make_uuid7(UtcTime::from_seconds(1), rng)));
  CHECK(names.size() > 400);  // of 4096
}

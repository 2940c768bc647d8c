#include "lib/sync/pre_push.hpp"

#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("what git tells a pre-push hook is read, deletions left out, nonsense refused", "[sync]") {
  const std::string a(40, 'a'), b(40, 'b'), none(40, '0');
  const auto refs =
      parse_pushed_refs("refs/heads/main " + a + " refs/heads/main " + b + "\n(delete) " + none + " refs/heads/old " +
                        b + "\nrefs/heads/new " + b + " refs/heads/new " + none + "\n");
  REQUIRE(refs.size() == 2);
  CHECK(refs[0].local.hex() == a);
  CHECK(refs[0].remote->hex() == b);
  CHECK(refs[1].name == "refs/heads/new");
  CHECK_FALSE(refs[1].remote);
  CHECK(parse_pushed_refs("").empty());
  for (const std::string& bad : {std::string("x"), "refs/heads/main " + a + " refs/heads/main", std::string("a b c d"),
                                 "refs/heads/main " + a + " refs/heads/main --all"})
    CHECK_THROWS_AS(parse_pushed_refs(bad), Error);
}

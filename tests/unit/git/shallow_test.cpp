#include "lib/git/shallow.hpp"

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using mlo::test::TestWorld;

TEST_CASE("in a history that is cut, what is there tells, and what is not there does not", "[git]") {
  TestWorld world;
  world.sh(
      "git init -q -b main . && for i in 1 2 3 4; do git commit -q --allow-empty -m $i; done && git tag two HEAD~2");
  world.sh("git clone -q --depth=2 file://$PWD cut && cd cut && git fetch -q --depth=1 origin tag two");
  const auto repo = git::Repository::discover(world.dir / "cut", world.env);
  REQUIRE(repo);
  const auto commit = [&](std::string_view name) { return repo->find_commit(name).value(); };
  CHECK(git::is_shallow(*repo));
  CHECK(git::find_ancestry(*repo, commit("HEAD~1"), commit("HEAD")) == true);
  CHECK(git::find_ancestry(*repo, commit("HEAD"), commit("HEAD")) == true);
  CHECK(git::find_ancestry(*repo, commit("HEAD"), commit("HEAD~1")) == std::nullopt);
  world.sh("cd cut && git fetch -q --unshallow");
  const auto whole = git::Repository::discover(world.dir / "cut", world.env);
  CHECK(git::find_ancestry(*whole, commit("HEAD"), commit("HEAD~1")) == false);
  CHECK(git::find_ancestry(*whole, commit("two"), commit("HEAD")) == true);
}

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

TEST_CASE("a walk through a history that is cut ends at its boundary", "[git]") {
  TestWorld world;
  world.sh(
      "git init -q -b main . && for i in 1 2 3; do git commit -q --allow-empty -m $i; done && git checkout -q -b side "
      "HEAD~1 && git commit -q --allow-empty -m side && git checkout -q main && git merge -q -m 4 side && "
      "git clone -q --depth=2 file://$PWD cut");
  const auto repo = git::Repository::discover(world.dir / "cut", world.env);
  std::vector<std::pair<std::string, std::size_t>> seen;
  repo->walk(*repo->head(), [&](const git::Commit& commit) {
    seen.emplace_back(commit.message.substr(0, commit.message.find('\n')), commit.parents.size());
    return true;
  });
  REQUIRE(seen.size() == 3);
  CHECK(seen[0] == std::pair<std::string, std::size_t>("4", 2));
  CHECK(seen[1].second + seen[2].second == 0);
  CHECK(repo->is_ancestor(*repo->find_commit("HEAD^2"), *repo->head()));
  CHECK_FALSE(repo->is_ancestor(*repo->head(), *repo->find_commit("HEAD^2")));
}

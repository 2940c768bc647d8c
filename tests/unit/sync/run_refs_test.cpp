#include "lib/sync/run_refs.hpp"

#include <sys/stat.h>

#include <set>

#include "lib/sync/git_remote.hpp"
#include "lib/sync/pull.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/two_clones.hpp"

// Run history and tags of models between clones that move them at once.
using namespace mlo;

namespace {

struct Clones : test::TwoClones {
  /// The next push out of `a` has read what the remote has, and has sent nothing, when this happens in `b`.
  void amid_push_of_a(std::string_view commands) {
    dir.write("a/.git/hooks/pre-push",
              fmt::format("#!/bin/sh\nset -e\nrm \"$0\"\nunset $(git rev-parse --local-env-vars)\ncd {}\n{}\n",
                          (dir / "b").string(), commands));
    REQUIRE(::chmod((dir / "a/.git/hooks/pre-push").c_str(), 0755) == 0);
  }
  void tag(const char* clone, const char* name, const char* message) {
    sh(fmt::format("cd {} && git tag -a -m '{}' '{}'", clone, message, name));
  }
  std::string at_hub(const char* ref) {
    return sh(fmt::format("git -C hub.git for-each-ref --format='%(objectname)' {}", ref));
  }
  std::vector<std::string> names_at_hub() {
    fetch_runs(*a, "origin");
    return names(*a);
  }
};

constexpr const char* kPushRuns = "git push -q origin refs/mlo/runs\n";

}  // namespace

TEST_CASE("runs and tags go together, once", "[sync]") {
  Clones w;
  w.publish(*w.a, "one");
  w.tag("a", "delay@v1.0.0", "one");
  const MovedRefs moved = push_refs(*w.a, "origin");
  CHECK((moved.runs && moved.tags));
  CHECK(w.at_hub("refs/tags") == w.sh("git -C a rev-parse delay@v1.0.0"));
  const MovedRefs again = push_refs(*w.a, "origin");
  CHECK_FALSE((again.runs || again.tags));
  const MovedRefs fetched = fetch_refs(*w.b, "origin");
  CHECK((fetched.runs && fetched.tags));
  CHECK(w.names(*w.b) == std::vector<std::string>{"one"});
  const MovedRefs nothing = fetch_refs(*w.b, "origin");
  CHECK_FALSE((nothing.runs || nothing.tags));
}

TEST_CASE("who was slower sends the union", "[sync]") {
  Clones w;
  w.publish(*w.a, "one");
  w.publish(*w.b, "two");
  w.tag("a", "delay@v1.0.0", "one");
  w.amid_push_of_a(kPushRuns);
  const MovedRefs moved = push_refs(*w.a, "origin");
  CHECK((moved.runs && moved.tags));
  CHECK_FALSE(find_stat(w.dir / "a/.git/hooks/pre-push"));  // it did happen
  CHECK(w.names(*w.a) == std::vector<std::string>{"one", "two"});
  CHECK(w.at_hub("refs/mlo/runs") == w.sh("git -C a rev-parse refs/mlo/runs"));
  CHECK_FALSE(w.at_hub("refs/tags").empty());
}

TEST_CASE("a tag that somebody else has pushed meanwhile is no failure", "[sync]") {
  Clones w;
  w.publish(*w.a, "one");
  w.tag("a", "delay@v1.0.0", "one");
  w.amid_push_of_a("git fetch -q ../a tag delay@v1.0.0 && git push -q origin delay@v1.0.0\n");
  const MovedRefs moved = push_refs(*w.a, "origin");
  CHECK(moved.runs);
  CHECK_FALSE(moved.tags);
  CHECK_FALSE(find_stat(w.dir / "a/.git/hooks/pre-push"));
  CHECK(w.at_hub("refs/mlo/runs") == w.sh("git -C a rev-parse refs/mlo/runs"));
}

TEST_CASE("another tag of that name is, and then nothing goes", "[sync]") {
  Clones w;
  w.publish(*w.a, "one");
  w.publish(*w.b, "two");
  w.tag("a", "delay@v1.0.0", "mine");
  w.tag("b", "delay@v1.0.0", "theirs");
  w.amid_push_of_a(std::string(kPushRuns) + "git push -q origin delay@v1.0.0\n");
  CHECK_THROWS_WITH(push_refs(*w.a, "origin"), Catch::Contains("the tag `delay@v1.0.0` of `origin` is another one"));
  CHECK(w.at_hub("refs/tags") == w.sh("git -C b rev-parse delay@v1.0.0"));
  CHECK(w.at_hub("refs/mlo/runs") == w.sh("git -C b rev-parse refs/mlo/runs"));
  CHECK_THROWS_AS(fetch_refs(*w.a, "origin"), Error);
  // As the hint says.
  w.sh("cd a && git tag -d delay@v1.0.0 && git fetch -q origin tag delay@v1.0.0");
  CHECK(push_refs(*w.a, "origin").runs);
  CHECK(w.names_at_hub() == std::vector<std::string>{"one", "two"});
}

TEST_CASE("a remote that refuses is not asked for ever", "[sync]") {
  Clones w;
  w.publish(*w.a, "one");
  w.dir.write("hub.git/hooks/pre-receive", "#!/bin/sh\necho x >> ../refused\nexit 1\n");
  REQUIRE(::chmod((w.dir / "hub.git/hooks/pre-receive").c_str(), 0755) == 0);
  CHECK_THROWS_AS(push_refs(*w.a, "origin"), Error);
  CHECK(read_file(w.dir / "refused").size() <= 6);
}

TEST_CASE("clones that push at the same time lose nothing", "[sync]") {
  Clones w;
  std::set<std::string> all;
  for (int round = 0; round < 6; ++round) {
    for (Workspace* clone : {&*w.a, &*w.b}) {
      const std::string name = fmt::format("run-{}-{}", round, clone == &*w.a ? "a" : "b");
      w.publish(*clone, name);
      all.insert(name);
      w.tag(clone == &*w.a ? "a" : "b", fmt::format("m-{}@v1.0.{}", clone == &*w.a ? "a" : "b", round).c_str(), "m");
    }
    parallel_for(2, 2, [&](std::size_t i) { push_refs(i == 0 ? *w.a : *w.b, "origin"); });
  }
  const std::vector<std::string> there = w.names_at_hub();
  CHECK(std::set<std::string>(there.begin(), there.end()) == all);
  const std::string tags = w.at_hub("refs/tags");
  CHECK(split_lines(tags).size() == 12);
}

TEST_CASE("refs go where git sends and fetches the branch", "[sync]") {
  Clones w;
  const auto chosen = [&](Towards towards) { return find_git_remote(*w.b, towards).value_or("none"); };
  const auto git = [&](const std::string& args) {
    w.sh("git -C b " + args);
    w.b.emplace(w.open("b", w.world_b, /*init=*/false));
  };
  CHECK(chosen(Towards::push) == "origin");
  git("remote add fork ../fork.git && git init -q --bare fork.git");
  CHECK(chosen(Towards::push) == "origin");  // the upstream of main
  git("config remote.pushDefault fork");
  CHECK(chosen(Towards::push) == "fork");
  CHECK(chosen(Towards::fetch) == "origin");
  git("config branch.main.pushRemote origin");
  CHECK(chosen(Towards::push) == "origin");
  git("config branch.main.pushRemote nowhere");
  CHECK(chosen(Towards::push) == "fork");
  git("config branch.main.remote fork");
  CHECK(chosen(Towards::fetch) == "fork");
  git("config branch.main.remote .");
  CHECK(chosen(Towards::fetch) == "origin");
  git("remote remove origin");
  CHECK(chosen(Towards::fetch) == "fork");  // the only one
  git("config --unset remote.pushDefault");
  push(*w.a, *w.remote(), {"d"}, Mode::real);
  w.publish(*w.b, "one");
  const SyncReport pushed = push(*w.b, *w.remote(), {}, Mode::real);
  CHECK((pushed.runs_moved && pushed.git_remote == "fork"));
  CHECK_FALSE(w.sh("git -C fork.git rev-parse refs/mlo/runs").empty());
  git("remote add other ../hub.git");
  CHECK(w.log.lines.empty());
  CHECK(chosen(Towards::push) == "none");
  REQUIRE(w.log.lines.size() == 2);
  CHECK(w.log.lines[0].find("several remotes") != std::string::npos);
  git("remote remove other && git -C b remote remove fork");
  CHECK(chosen(Towards::push) == "none");
  CHECK(w.log.lines.size() == 2);
}

#include "lib/runs/stage_dirs.hpp"

#include "lib/runs/event_log.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

const std::string kFirst = "01a202fda47a7200be082d162e91c0a5", kSecond = "01a202fda4977649ab6a2254ce233741";

struct Stages {
  const test::TempDir temp;
  const fs::path parent = temp / "stages";
  StageDirs dirs{parent};
  /// A first stage that ran, and what it left.
  fs::path ran(std::string_view start = "the first, with more to say\n") {
    const fs::path dir = dirs.make(kFirst, start);
    return dir;
  }
};

std::vector<std::string> names_in(const fs::path& dir) {
  std::vector<std::string> out;
  for (const DirEntry& entry : list_dir(dir)) out.push_back(entry.name);
  return out;
}

}  // namespace

TEST_CASE("the directory of a stage that is over serves the next, as good as new", "[runs]") {
  Stages stages;
  const fs::path first = stages.ran();
  const std::uint64_t inode = find_stat(first)->inode, file = find_stat(first / "start.yaml")->inode;
  const bool logged = GENERATE(true, false);
  if (logged) append_events(first, {TagEvent{"note", "of the first"}});
  close_event_log(first);
  write_file(first / "stdout", "hello\n");
  write_file(first / "tmp" / "deep", "x");
  stages.dirs.give_back(kFirst);

  const fs::path second = stages.dirs.make(kSecond, "the second\n");
  CHECK(second == stages.parent / kSecond);
  CHECK(find_stat(second)->inode == inode);
  CHECK(find_stat(second / "start.yaml")->inode == file);
  CHECK(read_file(second / "start.yaml") == "the second\n");
  CHECK(names_in(stages.parent) == std::vector<std::string>{kSecond});
  CHECK(names_in(second) == std::vector<std::string>{"events.log", "start.yaml"});
  append_events(second, {TagEvent{"note", "of the second"}});
  REQUIRE(read_events(second).events.size() == 1);
  CHECK(std::get<TagEvent>(read_events(second).events[0]).value == "of the second");
  CHECK_THROWS_WITH(append_events(first, {TagEvent{"note", "late"}}), Catch::Contains("is not live"));
}

TEST_CASE("a stage that still runs keeps its directory", "[runs]") {
  Stages stages;
  const fs::path first = stages.ran();
  const fs::path second = stages.dirs.make(kSecond, "the second\n");
  CHECK(names_in(stages.parent) == std::vector<std::string>{kFirst, kSecond});
  CHECK(read_file(first / "start.yaml") == "the first, with more to say\n");
}

TEST_CASE("what a stage made of its own record is not written to", "[runs]") {
  Stages stages;
  const fs::path first = stages.ran();
  const fs::path precious = stages.temp / "precious";
  close_event_log(first);
  SECTION("a link to another file") {
    write_file(precious, "mine\n");
    remove_file(first / "start.yaml");
    fs::create_symlink(precious, first / "start.yaml");
  }
  SECTION("another name of it") {
    write_file(first / "start.yaml", "mine\n");
    fs::create_hard_link(first / "start.yaml", precious);
  }
  SECTION("a directory") {
    write_file(precious, "mine\n");
    remove_file(first / "start.yaml");
    make_dirs(first / "start.yaml");
  }
  SECTION("another name of its log") {
    write_file(precious, "mine\n");
    fs::create_hard_link(first / "events.closed", stages.temp / "log");
  }
  stages.dirs.give_back(kFirst);
  const fs::path second = stages.dirs.make(kSecond, "the second\n");
  append_events(second, {TagEvent{"note", "of the second"}});
  CHECK(read_file(second / "start.yaml") == "the second\n");
  CHECK(read_events(second).events.size() == 1);
  CHECK(read_file(precious) == "mine\n");
  if (find_stat(stages.temp / "log")) CHECK(read_file(stages.temp / "log").empty());
  CHECK(names_in(stages.parent) == std::vector<std::string>{kSecond});
}

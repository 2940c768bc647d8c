#include "lib/util/kept_temp.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

TEST_CASE("a kept temporary file is of one at a time, and the next goes on with it", "[util]") {
  const test::TempDir dir;
  {
    const auto first = KeptTemp::open(dir / ".mlo-tmp-x", 0600);
    REQUIRE(first);
    write_all(first->fd(), "half", first->path());
    CHECK_FALSE(KeptTemp::open(dir / ".mlo-tmp-x", 0600));
  }
  auto next = KeptTemp::open(dir / ".mlo-tmp-x", 0600);
  REQUIRE(next);
  CHECK(read_file(next->path()) == "half");

  // It gets its name: who comes then gets a file of its own, and this one is nobody's to change.
  rename_path(next->path(), dir / "whole");
  const auto another = KeptTemp::open(dir / ".mlo-tmp-x", 0600);
  REQUIRE(another);
  CHECK(read_file(another->path()).empty());
  next.reset();
  CHECK(read_file(dir / "whole") == "half");
}

TEST_CASE("what nobody went on with is removed, and nothing else", "[util]") {
  const test::TempDir dir;
  const auto make = [&](const std::string& name, std::int64_t changed) {
    dir.write(name, "half");
    const timespec times[2] = {{changed, 0}, {changed, 0}};
    REQUIRE(::utimensat(AT_FDCWD, (dir / name).c_str(), times, 0) == 0);
  };
  for (const char* name : {"half-old", "half-wanted", "half-held", "other-old"}) make(name, 1'000'000);
  make("half-new", 2'000'000);
  const UniqueFd held(::open((dir / "half-held").c_str(), O_RDWR | O_CLOEXEC));
  REQUIRE(::flock(held.get(), LOCK_EX) == 0);
  remove_kept(dir.path(), "half-", UtcTime::from_seconds(1'500'000), "half-wanted");
  std::vector<std::string> left;
  for (const DirEntry& entry : list_dir(dir.path())) left.push_back(entry.name);
  CHECK(left == std::vector<std::string>{"half-held", "half-new", "half-wanted", "other-old"});
}

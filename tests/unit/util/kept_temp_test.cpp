#include "lib/util/kept_temp.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

/// Root may open everything: what modes say shows for somebody else.
class AsNobody {
 public:
  explicit AsNobody(const fs::path& dir) {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() != 0) return;
    REQUIRE(::chown(dir.c_str(), kNobody, static_cast<gid_t>(-1)) == 0);
    REQUIRE(::seteuid(kNobody) == 0);
  }
  AsNobody(const AsNobody&) = delete;
  ~AsNobody() { static_cast<void>(::seteuid(::getuid())); }
};

}  // namespace

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

TEST_CASE("what was whole, but for its name, is gone on with, and no litter for ever", "[util]") {
  const test::TempDir dir;
  const AsNobody nobody(dir.path());
  const auto make = [&] {
    write_file(dir / "half", "whole");
    REQUIRE(::chmod((dir / "half").c_str(), 0444) == 0);
  };
  make();
  {
    const auto half = KeptTemp::open(dir / "half", 0600);
    REQUIRE(half);
    CHECK(read_file(half->path()) == "whole");
    half->remove();
    half->remove();
  }
  make();
  CHECK(remove_kept(dir.path(), "half", UtcTime::from_micros(INT64_MAX)) == 1);
  CHECK_FALSE(find_stat(dir / "half"));
}

#include "lib/util/read_at.hpp"

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

TEST_CASE("reading at a place gives what is there, less only at the end, and leaves the file's own place", "[util]") {
  const test::TempDir dir;
  dir.write("f", "0123456789");
  const UniqueFd fd = open_read(dir / "f");
  std::string out(4, '?');
  CHECK(read_at(fd.get(), out.data(), 4, 3, dir / "f") == 4);
  CHECK(out == "3456");
  CHECK(read_at(fd.get(), out.data(), 4, 8, dir / "f") == 2);
  CHECK(out.substr(0, 2) == "89");
  CHECK(read_at(fd.get(), out.data(), 4, 10, dir / "f") == 0);
  CHECK_THROWS_AS(read_at(-1, out.data(), 4, 0, dir / "f"), Error);
}

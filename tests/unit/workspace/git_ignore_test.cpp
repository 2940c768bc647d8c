#include "lib/workspace/git_ignore.hpp"

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

TEST_CASE("an ignored path gets one anchored line beside it, once", "[workspace]") {
  const test::TempDir dir;
  dir.write(".gitignore", "# mine\n*.tmp");
  using Names = std::vector<std::string>;
  CHECK(ensure_ignored(dir.path(), {"model.pkl", "out/a", "out/b"}) == Names{".gitignore", "out/.gitignore"});
  CHECK(read_file(dir / ".gitignore") == "# mine\n*.tmp\n/model.pkl\n");
  CHECK(read_file(dir / "out/.gitignore") == "/a\n/b\n");
  CHECK(ensure_ignored(dir.path(), {"model.pkl", "out/a"}).empty());
  CHECK(remove_ignored(dir.path(), {"out/a", "out/b", "model.pkl", "never"}) == Names{".gitignore", "out/.gitignore"});
  CHECK(read_file(dir / ".gitignore") == "# mine\n*.tmp\n");
  CHECK_FALSE(find_stat(dir / "out/.gitignore"));
}

TEST_CASE("git itself ignores exactly the named path, whatever its characters", "[workspace]") {
  test::TestWorld world;
  world.git_init();
  const std::vector<std::string> names = {"plain",       "#hash", "!bang", "st*r",      "wh?t", "br[a]ck",
                                          "back\\slash", "end ",  "a b",   "new\nline", "cr\r"};
  for (const std::string& name : names) world.dir.write(name, "x");
  world.dir.write("line", "x");
  world.dir.write("star", "x");
  world.dir.write("sub/plain", "x");
  ensure_ignored(world.dir.path(), names);
  CHECK(world.sh("git -c core.quotePath=false ls-files --others --exclude-standard") ==
        ".gitignore\nline\nstar\nsub/plain\n");
}

TEST_CASE("lines that end as another system's editor left them count", "[workspace]") {
  const test::TempDir dir;
  dir.write(".gitignore", "/model.pkl\r\n");
  CHECK(ensure_ignored(dir.path(), {"model.pkl"}).empty());
}

#include "lib/data/table_schema.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

TEST_CASE("a table file's columns go into its manifest, anything else has none", "[data]") {
  test::TestWorld world;
  world.dir.write("t.csv", "id,price\n1,2.5\n");
  world.dir.write("t.txt", "id,price\n1,2.5\n");
  CHECK(find_schema(world.world, world.dir / "t.csv") ==
        std::vector<SchemaColumn>{{"id", "integer"}, {"price", "real"}});
  CHECK(find_schema(world.world, world.dir / "t.txt").empty());
}

TEST_CASE("a file that is not the table its name says is a warning, not an error", "[data]") {
  test::TestWorld world;
  world.dir.write("t.parquet", "no");
  CHECK(find_schema(world.world, world.dir / "t.parquet").empty());
  REQUIRE(world.log.lines.size() == 1);
  CHECK(world.log.lines[0].find("warning: cannot read the columns of `") == 0);
}

#include "lib/data/data_usage.hpp"

#include "lib/data/add.hpp"
#include "lib/data/datasets.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

TEST_CASE("what a dataset takes: its own, what it shares, and what only its old versions need", "[data]") {
  test::TestWorld world;
  world.git_init();
  Workspace::init(world.world);
  Workspace workspace = Workspace::open(world.world);
  const auto add = [&](const std::string& path) {
    add_datasets(workspace, {.paths = {path}, .name = {}, .source = {}, .message = {}, .commit = true});
  };
  const auto tree_size = [&](const std::string& name) {
    return *workspace.store().find_size(load_dataset(workspace, name).tree);
  };
  world.dir.write("a/old", std::string(1000, 'o'));
  world.dir.write("a/both", std::string(10, 'b'));
  add("a");
  const std::uint64_t old_tree = tree_size("a");
  world.dir.write("a/old", std::string(100, 'n'));
  add("a");
  world.dir.write("b/x", std::string(10, 'b'));
  world.dir.write("b/y", std::string(10, 'b'));
  add("b");

  const auto usage = measure_datasets(workspace, {}, History::measure);
  REQUIRE(usage.size() == 2);
  CHECK(usage[0].stored == 110 + tree_size("a"));
  CHECK(usage[0].shared == 10);
  CHECK(usage[0].versions == 2);
  CHECK(usage[0].old_bytes == 1000 + old_tree);
  CHECK(usage[0].absent == 0);
  CHECK(usage[1].stored == 10 + tree_size("b"));  // the same content twice
  CHECK(usage[1].manifest.bytes == 20);
  CHECK(usage[1].old_bytes == 0);

  const auto only = measure_datasets(workspace, {"b"}, History::skip);
  REQUIRE(only.size() == 1);
  CHECK(only[0].shared == 10);  // with one that nobody asked for
  CHECK(only[0].versions == 0);
}

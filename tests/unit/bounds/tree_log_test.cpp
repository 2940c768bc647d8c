#include "lib/bounds/tree_log.hpp"

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using namespace mlo::test;

TEST_CASE("the trees of a run come back, those of another machine or start do not", "[bounds]") {
  TempDir dir;
  CHECK(noted_trees(dir.path()).empty());
  note_tree(dir.path(), 7);
  note_tree(dir.path(), 0);  // no mark
  note_tree(dir.path(), TreeMark{1} << 62U);
  const std::vector<TreeMark> noted = {7, TreeMark{1} << 62U};
  CHECK(noted_trees(dir.path()) == noted);
  const std::string ours = read_file(dir / "trees");
  write_file(dir / "trees", "0b2c7f6e-0000-4000-8000-000000000000 9\n" + ours + "damaged\n" +
                                ours.substr(0, ours.find(' ')) + " 12x\n");
  CHECK(noted_trees(dir.path()) == noted);
}

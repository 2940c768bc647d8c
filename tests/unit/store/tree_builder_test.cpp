#include "lib/store/tree_builder.hpp"

#include "lib/crypto/sha256.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

TEST_CASE("a directory is built from paths in any order, and no file lies below another", "[store]") {
  const test::TempDir dir;
  ObjectStore store(dir / "objects");
  TreeBuilder builder;
  const auto file = [](std::string_view text) {
    return TreeEntry{TreeEntryKind::file, text.size(), sha256(text), "of no matter"};
  };
  CHECK(builder.add("b/deep/x", file("one")));
  CHECK(builder.add("a", file("two!")));
  CHECK(builder.add("b.csv", file("three")));
  for (const char* taken : {"a", "a/below", "b", "b/deep", "b/deep/x", "b/deep/x/y/z"}) {
    CAPTURE(taken);
    CHECK_FALSE(builder.add(taken, file("no")));
  }
  ObjectStore::Batch batch(store);
  const TreeEntry top = builder.store(batch);
  batch.commit();
  CHECK(top.kind == TreeEntryKind::directory);
  CHECK(top.size == 12);
  const Tree tree = store.get_tree(top.id);
  REQUIRE(tree.size() == 3);
  CHECK(tree[0] == TreeEntry{TreeEntryKind::file, 4, sha256("two!"), "a"});
  CHECK(tree[1].name == "b");
  CHECK(tree[1].size == 3);
  CHECK(tree[2].name == "b.csv");
  const Tree deep = store.get_tree(store.get_tree(tree[1].id).at(0).id);
  CHECK(deep == Tree{{TreeEntryKind::file, 3, sha256("one"), "x"}});
}

#include "lib/data/scan.hpp"

#include <sys/stat.h>

#include "lib/crypto/sha256.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

/// Nested directories, an executable, a link and an empty directory.
struct ScannedWorld : test::TestWorld {
  ScannedWorld() {
    fs::create_directories(dir / "data/sub/deep");
    fs::create_directories(dir / "data/void");
    dir.write("data/a", "alpha");
    dir.write("data/run", "#!");
    fs::permissions(dir / "data/run", fs::perms::owner_exec, fs::perm_options::add);
    dir.write("data/sub/deep/z", "");
    fs::create_symlink("../a", dir / "data/sub/link");
  }
  Scan scan() { return scan_directory(world, dir.path(), "data"); }
};

/// The tree of `directory`, as the format says, from what std::filesystem tells.
TreeEntry tree_of(const fs::path& directory) {
  Tree tree;
  TreeEntry self{TreeEntryKind::directory, 0, {}, directory.filename()};
  for (const auto& one : fs::directory_iterator(directory)) {
    const std::string name = one.path().filename();
    if (one.is_symlink()) {
      const std::string target = fs::read_symlink(one.path());
      tree.push_back({TreeEntryKind::symlink, target.size(), sha256(target), name});
    } else if (one.is_directory()) {
      tree.push_back(tree_of(one.path()));
    } else {
      const std::string text = read_file(one.path());
      const bool runs = (one.status().permissions() & fs::perms::owner_exec) != fs::perms::none;
      tree.push_back({runs ? TreeEntryKind::executable : TreeEntryKind::file, text.size(), sha256(text), name});
    }
    self.size += tree.back().size;
  }
  std::sort(tree.begin(), tree.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  self.id = tree_id(tree);
  return self;
}

TreeEntry read_with_sha256(const fs::path& top, const std::string& path, const ScannedEntry& found) {
  TreeEntry entry = found.entry;
  entry.id = entry.kind == TreeEntryKind::symlink ? sha256(found.target) : sha256(read_file(top / path));
  return entry;
}

}  // namespace

TEST_CASE("what is scanned is what lies there, stats and link targets included", "[data]") {
  ScannedWorld w;
  const Scan scan = w.scan();
  CHECK(scan.files == 4);
  CHECK(scan.bytes == 5 + 2 + 0 + 4);
  REQUIRE(scan.directories.size() == 4);
  const ScannedEntries& top = scan.directories[0].entries;
  REQUIRE(top.size() == 4);
  const ScannedEntry run = top[1];
  CHECK(run.entry.name == "run");
  CHECK(run.entry.kind == TreeEntryKind::executable);
  CHECK(run.stat == *find_stat(w.dir / "data/run"));
  const ScannedEntry sub = top[2];
  CHECK(scan.directories[sub.directory].path == "sub");
  const ScannedEntries& below = scan.directories[sub.directory].entries;
  CHECK(below[1].target == "../a");
  CHECK(below[1].entry.size == 4);
  CHECK(scan.directories[top[3].directory].entries.empty());
}

TEST_CASE("a scan is named by its trees", "[data]") {
  ScannedWorld w;
  std::vector<std::string> trees;
  const TreeEntry top = name_trees(
      w.world, w.scan(),
      [&](const std::string& path, const ScannedEntry& found) { return read_with_sha256(w.dir / "data", path, found); },
      [&](const std::string& tree) {
        trees.push_back(tree);
        return sha256(tree);
      });
  const TreeEntry expected = tree_of(w.dir / "data");
  CHECK(top.id == expected.id);
  CHECK(top.size == expected.size);
  CHECK(trees.size() == 4);
  CHECK(sha256(trees.back()) == top.id);
}

TEST_CASE("what reading told of a file counts, not what lstat said before", "[data]") {
  ScannedWorld w;
  const auto grown = [&](const std::string& path, const ScannedEntry& found) {
    TreeEntry entry = read_with_sha256(w.dir / "data", path, found);
    if (path != "a") return entry;
    entry.kind = TreeEntryKind::executable;
    entry.size = 6;
    entry.id = sha256("alpha!");
    return entry;
  };
  const TreeEntry top = name_trees(w.world, w.scan(), grown, [](const std::string& tree) { return sha256(tree); });
  w.dir.write("data/a", "alpha!");
  fs::permissions(w.dir / "data/a", fs::perms::owner_exec, fs::perm_options::add);
  CHECK(top.id == tree_of(w.dir / "data").id);
}

TEST_CASE("a name taken out of a directory is not part of its tree", "[data]") {
  ScannedWorld w;
  Scan scan = w.scan();
  CHECK(scan.directories[0].entries.erase("run"));
  CHECK_FALSE(scan.directories[0].entries.erase("run"));
  const TreeEntry top = name_trees(
      w.world, std::move(scan),
      [&](const std::string& path, const ScannedEntry& found) { return read_with_sha256(w.dir / "data", path, found); },
      [](const std::string& tree) { return sha256(tree); });
  fs::remove(w.dir / "data/run");
  CHECK(top.id == tree_of(w.dir / "data").id);
}

TEST_CASE("the first error of reading ends it", "[data]") {
  ScannedWorld w;
  CHECK_THROWS_AS(
      name_trees(
          w.world, w.scan(),
          [](const std::string&, const ScannedEntry&) -> TreeEntry { throw Error(ErrorKind::conflict, "it changed"); },
          [](const std::string& tree) { return sha256(tree); }),
      Error);
}

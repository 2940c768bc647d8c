#include "lib/data/stage_tree.hpp"

#include <fcntl.h>

#include "lib/crypto/sha256.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

/// A store with a tree in it, and an empty directory to write that into.
struct StagedWorld : test::TestWorld {
  ObjectStore store{dir / "store/objects"};
  std::map<std::string, FileStat> written;
  std::mutex mutex;

  StagedWorld() { fs::create_directories(dir / "out"); }

  TreeEntry file(const std::string& name, const std::string& text) {
    return {TreeEntryKind::file, text.size(), store.put(text), name};
  }
  TreeEntry directory(const std::string& name, const Tree& tree) {
    return {TreeEntryKind::directory, 0, store.put_tree(tree), name};
  }
  void stage(const Digest& tree, bool sync) {
    const UniqueFd out(::open((dir / "out").c_str(), O_RDONLY | O_DIRECTORY));
    stage_tree(world, store, tree, {out.get(), "new", "d"},
               {LinkType::copy, sync, [&](const std::string& path, const TreeEntry&, const FileStat& stat) {
                  const std::lock_guard lock(mutex);
                  written.emplace(path, stat);
                }});
  }
};

}  // namespace

TEST_CASE("a tree is written with all below it, and each file is reported as it lies there", "[data]") {
  StagedWorld w;
  Tree leaves, top;
  for (int i = 0; i < 2500; ++i) leaves.push_back(w.file(fmt::format("f{:04}", i), i % 3 == 0 ? "same" : "other"));
  for (int i = 0; i < 300; ++i) top.push_back(w.directory(fmt::format("d{:03}", i), {w.file("x", std::to_string(i))}));
  top.push_back(w.directory("empty", {}));
  top.push_back(w.directory("flat", leaves));
  const Digest tree = w.store.put_tree(top);
  CHECK(count_files(w.store, tree) == 2800);
  CHECK(count_files(w.store, tree, 8) >= 8);
  w.stage(tree, GENERATE(true, false));
  CHECK(w.written.size() == 2800);
  CHECK(read_file(w.dir / "out/new/flat/f0003") == "same");
  CHECK(read_file(w.dir / "out/new/d299/x") == "299");
  CHECK(fs::is_empty(w.dir / "out/new/empty"));
  CHECK(*find_stat(w.dir / "out/new/d007/x") == w.written.at("d/d007/x"));
}

TEST_CASE("a path longer than the kernel takes is written by steps", "[data]") {
  StagedWorld w;
  const std::string name(250, 'n');
  Tree tree{w.file("leaf", "deep\n")};
  for (int i = 0; i < 20; ++i) tree = {w.directory(name, tree)};
  w.stage(w.store.put_tree(tree), false);
  CHECK(w.written.size() == 1);
  CHECK(w.written.begin()->first.size() > 5000);
}

TEST_CASE("a tree that lacks an object, or whose link leads out, stops with the path", "[data]") {
  StagedWorld w;
  const TreeEntry lost{TreeEntryKind::file, 4, sha256("lost"), "lost"};
  const TreeEntry outer{TreeEntryKind::symlink, 11, w.store.put("../../outer"), "link"};
  const TreeEntry wrong{TreeEntryKind::file, 9, w.store.put("short"), "wrong"};
  const auto message = [&](const TreeEntry& entry) {
    try {
      w.stage(w.store.put_tree({w.directory("deep", {entry})}), false);
    } catch (const Error& error) {
      return error.message();
    }
    return std::string();
  };
  CHECK(message(lost) == fmt::format("the content of `d/deep/lost` ({}) is not in the store", lost.id.brief()));
  fs::remove_all(w.dir / "out/new");
  CHECK(message(wrong) == fmt::format("the content of `d/deep/wrong` ({}) is damaged", wrong.id.brief()));
  fs::remove_all(w.dir / "out/new");
  const TreeEntry far{TreeEntryKind::symlink, 17, w.store.put("../../../../outer"), "link"};
  CHECK(message(far) == "the version has a symlink `d/deep/link` that leads out of the data");
  fs::remove_all(w.dir / "out/new");
  CHECK(message(outer).empty());
}

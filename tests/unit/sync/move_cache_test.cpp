#include "lib/sync/move_cache.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/data/add.hpp"
#include "lib/workspace/shared_cache.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

/// A repository with a pack and an object that lies whole, and a directory for a cache.
struct Mover : test::TestWorld {
  std::vector<std::string> contents{std::string(2U << 20U, 'x'), "small\n"};

  Mover() {
    git_init();
    Workspace::init(world);
    fs::create_directory(dir / "cache");
    for (int i = 0; i < 30; ++i) contents.push_back(fmt::format("packed {}\n", i));
    put(open());
  }
  Workspace open() { return Workspace::open(world); }
  void put(const Workspace& workspace) const {
    ObjectStore::Batch batch(workspace.store());
    for (const std::string& content : contents) batch.put(content);
    batch.commit();
  }
  fs::path own() const { return dir / ".git/mlo"; }
  CacheMove move(const std::optional<fs::path>& to) {
    Workspace workspace = open();
    return move_cache(workspace, to);
  }
  bool has_all(const fs::path& base) const {
    const ObjectStore store(base / "objects");
    return std::all_of(contents.begin(), contents.end(), [&](const std::string& content) {
      return store.has(sha256(content)) && store.verify(sha256(content));
    });
  }
};

}  // namespace

TEST_CASE("objects move to a cache and back", "[sync]") {
  Mover mover;
  const CacheMove there = mover.move("cache");
  CHECK(there.place.dir == mover.dir / "cache");
  CHECK(there.place.sharers == std::vector<fs::path>{mover.dir.path()});
  CHECK(there.moved.files == 2);
  CHECK(mover.has_all(mover.dir / "cache"));
  CHECK_FALSE(find_stat(mover.own() / "objects"));
  CHECK_FALSE(find_stat(mover.own() / "packs"));
  CHECK(mover.open().store().root() == mover.dir / "cache/objects");

  const CacheMove back = mover.move(std::nullopt);
  CHECK(back.place.own);
  CHECK(mover.has_all(mover.own()));
  CHECK(cache_users(mover.dir / "cache").empty());
  CHECK_FALSE(find_stat(mover.dir / "cache/objects"));
  CHECK(mover.open().store().root() == mover.own() / "objects");
}

TEST_CASE("what the configuration says besides stays, and nobody else may read it then", "[sync]") {
  Mover mover;
  mover.dir.write(".git/mlo/config.yaml",
                  "mlo: config/1\nremotes:\n  r:\n    url: s3://b\n    secret_access_key: hidden\n");
  fs::permissions(mover.own() / "config.yaml", fs::perms::owner_read | fs::perms::owner_write);
  mover.move("cache");
  CHECK(read_file(mover.own() / "config.yaml").find("hidden") != std::string::npos);
  CHECK((find_stat(mover.own() / "config.yaml")->mode & 0777U) == 0600);
  mover.move(std::nullopt);
  CHECK(read_file(mover.own() / "config.yaml").find("cache") == std::string::npos);
}

TEST_CASE("a move that was cut off goes on, wherever that was", "[sync]") {
  Mover mover;
  SECTION("before the configuration") {
    ObjectStore cache(mover.dir / "cache/objects");
    copy_store(mover.world, mover.own(), cache, OldPlace::goes);
    CHECK(mover.has_all(mover.own()));
    CHECK(mover.move("cache").moved.files == 0);
  }
  SECTION("after it") {
    mover.dir.write(".git/mlo/config.yaml",
                    fmt::format("mlo: config/1\ncache:\n  dir: {}/cache\n", mover.dir.path().string()));
    CHECK(mover.move("cache").moved.files == 2);
  }
  SECTION("a file that was cut off is none") {
    fs::create_directories(mover.dir / "cache/packs");
    for (const DirEntry& entry : list_dir(mover.own() / "packs"))
      mover.dir.write("cache/packs/" + entry.name, "mlo pack 1\n");
    mover.move("cache");
  }
  CHECK(mover.has_all(mover.dir / "cache"));
  CHECK_FALSE(find_stat(mover.own() / "objects"));
}

TEST_CASE("what a cut-off move left in a cache goes when it is repeated", "[sync]") {
  Mover mover;
  mover.move("cache");
  ObjectStore own(mover.own() / "objects");
  copy_store(mover.world, mover.dir / "cache", own, OldPlace::goes);
  write_file(mover.own() / "cache-left", (mover.dir / "cache").string());
  mover.dir.write(".git/mlo/config.yaml", "mlo: config/1\n");
  mover.move(std::nullopt);
  CHECK(mover.has_all(mover.own()));
  CHECK_FALSE(find_stat(mover.dir / "cache/objects"));
  CHECK(cache_users(mover.dir / "cache").empty());
  CHECK_FALSE(find_stat(mover.own() / "cache-left"));
}

TEST_CASE("a cache that another repository uses keeps its objects", "[sync]") {
  Mover mover;
  mover.move("cache");
  mover.sh("mkdir other cache2 && git init -q other");
  register_cache_user(mover.dir / "cache", {mover.dir / "other/.git", mover.dir / "other"});
  const CacheMove move = mover.move("cache2");
  CHECK(move.others == 1);
  CHECK(mover.has_all(mover.dir / "cache"));
  CHECK(mover.has_all(mover.dir / "cache2"));
  CHECK(cache_users(mover.dir / "cache").size() == 1);
}

TEST_CASE("a move is refused where it could lose something", "[sync]") {
  Mover mover;
  CHECK_THROWS_AS(mover.move("absent"), Error);
  CHECK_THROWS_AS(mover.move(mover.own() / "objects/00"), Error);
  CHECK_THROWS_AS(mover.move(mover.own() / "objects"), Error);
  const Workspace storing = mover.open();
  mover.put(storing);  // as another process that goes on
  CHECK_THROWS_AS(mover.move("cache"), Error);
  CHECK(mover.has_all(mover.own()));
  CHECK(mover.open().store().root() == mover.own() / "objects");
}

#include <random>

#include "lib/crypto/digest_set.hpp"
#include "lib/crypto/sha256.hpp"
#include "lib/store/collector.hpp"
#include "lib/store/object_store.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

// What readers see of a gc that moves packs beside them.
using namespace mlo;

namespace {

std::string noise(std::size_t size, unsigned seed) {
  std::mt19937_64 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

/// A store with a file in parts and small objects in one pack; another one that has read its indexes, no more.
struct Shifted : test::TestWorld {
  StoreRules rules{.compress = false, .page_trees = true, .threads = 2, .cut_from = 1U << 20U, .cut_names = {"*"}};
  ObjectStore store{dir / "objects", rules}, other{dir / "objects", rules};
  std::string content = noise(2U << 20U, 1);
  Digest whole;
  std::vector<Digest> small;

  Shifted() {
    dir.write("large", content);
    ObjectStore::Batch batch(store);
    whole = batch.put_file(dir / "large").id;
    for (unsigned i = 0; i < 60; ++i) small.push_back(batch.put(noise(100'000, i + 2)));
    batch.commit();
    REQUIRE(other.has(whole));
  }
  /// A gc that finds so many of the small objects needed, and the large one if told so.
  void collect(std::size_t count, bool large) {
    DigestSet needed;
    for (const Digest& id : store.parts_of(whole)) {
      if (large) needed.insert(id);
    }
    if (large) needed.insert(whole);
    for (std::size_t i = 0; i < count; ++i) needed.insert(small[i]);
    Collector(world, store).sweep([&](const Digest& id) { return needed.contains(id); }, clock.now());
  }
};

}  // namespace

TEST_CASE("who read the indexes before a gc finds what it moved to another pack", "[store]") {
  Shifted moved;
  moved.collect(1, true);
  SECTION("by reading") { CHECK(moved.other.get(moved.whole) == moved.content); }
  SECTION("by looking at its record") { CHECK(moved.other.find_record(moved.whole)); }
  SECTION("by checking all") { CHECK(moved.other.check(moved.world).damaged.empty()); }
  CHECK_FALSE(find_stat(moved.dir / "quarantine"));
  CHECK(ObjectStore(moved.dir / "objects").get(moved.whole) == moved.content);
}

TEST_CASE("what a gc takes while all is checked is not damaged", "[store]") {
  Shifted moved;
  moved.collect(1, false);
  CHECK(moved.other.check(moved.world).damaged.empty());
  CHECK_FALSE(find_stat(moved.dir / "quarantine"));
}

TEST_CASE("an unneeded file in parts whose parts a gc took is not damaged", "[store]") {
  Shifted moved;
  // Most parts of the next version lie in the first pack, its list in another one that stays for others.
  moved.content.replace(0, 10, "other text");
  moved.dir.write("large", moved.content);
  ObjectStore::Batch batch(moved.store);
  const Digest next = batch.put_file(moved.dir / "large").id;
  DigestSet needed;
  for (unsigned i = 100; i < 130; ++i) needed.insert(batch.put(noise(100'000, i)));
  batch.commit();
  Collector(moved.world, moved.store).sweep([&](const Digest& id) { return needed.contains(id); }, moved.clock.now());
  ObjectStore fresh(moved.dir / "objects");
  CHECK(fresh.find_record(next));
  CHECK(fresh.check(moved.world).damaged.empty());
  CHECK_FALSE(fresh.has(next));
}

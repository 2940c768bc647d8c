#include "lib/store/collector.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "lib/crypto/sha256.hpp"
#include "lib/store/closure.hpp"
#include "lib/store/pack_set.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

std::string text_of(int i) { return fmt::format("object {} {}", i, std::string(1000, 'x')); }
Digest id_of(int i) { return sha256(text_of(i)); }

/// A store in a world of its own.
struct Bench : test::TestWorld {
  ObjectStore store{dir / "store/objects"};

  void put(int from, int to) {
    ObjectStore::Batch batch(store);
    for (int i = from; i < to; ++i) batch.put(text_of(i));
    batch.commit();
  }
  Collector::Report sweep(const std::function<bool(int)>& needed, AgeRule age = {}) {
    DigestSet ids;
    for (int i = 0; i < 200; ++i) {
      if (needed(i)) ids.insert(id_of(i));
    }
    Collector collector(world, store);
    collector.spare(age);
    return collector.sweep([&](const Digest& id) { return ids.contains(id); }, clock.now());
  }
  /// Of the first `count` objects, those that another process would find.
  std::vector<int> present(int count) {
    const ObjectStore fresh(store.root());
    std::vector<int> out;
    for (int i = 0; i < count; ++i) {
      if (fresh.has(id_of(i)) && fresh.get(id_of(i)) == text_of(i)) out.push_back(i);
    }
    return out;
  }
  std::size_t packs() {
    std::size_t count = 0;
    for (const DirEntry& entry : list_dir(dir / "store/packs")) count += entry.name.ends_with(".pack") ? 1 : 0;
    return count;
  }
};

const auto kAll = [](const Digest&) { return true; };

}  // namespace

TEST_CASE("what is not needed goes to trash and comes back from it", "[store]") {
  Bench bench;
  bench.put(0, 3);  // by themselves
  const Collector::Report report = bench.sweep([](int i) { return i == 1; });
  CHECK(report.objects == 2);
  CHECK(report.bytes == text_of(0).size() + text_of(2).size());
  CHECK(bench.present(3) == std::vector{1});
  CHECK(measure_trash(bench.store, bench.clock.now()).files == 2);

  CHECK(restore_trash(bench.store, [](const Digest& id) { return id == id_of(2); }) == 1);
  CHECK(bench.present(3) == std::vector{1, 2});
  CHECK(restore_trash(bench.store, kAll) == 1);
  CHECK(bench.present(3) == std::vector{0, 1, 2});
  CHECK(restore_trash(bench.store, kAll) == 0);
}

TEST_CASE("a pack that nothing needs goes whole, and comes back", "[store]") {
  Bench bench;
  bench.put(0, 20);
  bench.put(20, 40);
  const Collector::Report report = bench.sweep([](int i) { return i >= 20; });
  CHECK(report.objects == 20);
  CHECK(report.packs_moved == 1);
  CHECK(bench.present(40).front() == 20);
  CHECK(bench.present(40).size() == 20);
  CHECK(bench.packs() == 1);
  CHECK(restore_trash(bench.store, [](const Digest& id) { return id == id_of(7); }) == 1);
  CHECK(bench.present(40).size() == 40);
}

TEST_CASE("a pack that is needed in small part is written anew; one needed for the most stays", "[store]") {
  Bench bench;
  bench.put(0, 20);
  bench.put(20, 40);
  const Collector::Report report = bench.sweep([](int i) { return i < 5 || (i > 20 && i < 40); });
  CHECK(report.packs_rewritten == 1);
  CHECK(report.objects == 15);
  CHECK(report.left_objects == 1);
  CHECK(bench.packs() == 2);
  const std::vector<int> left = bench.present(40);
  CHECK(left.size() == 25);  // what stays in its pack can still be read
  CHECK(left[5] == 20);
  const Collector::Report again = bench.sweep([](int i) { return i < 5 || (i > 20 && i < 40); });
  CHECK(again.objects == 0);
  CHECK(again.packs_rewritten == 0);
}

TEST_CASE("a damaged needed object stops the rewriting of its pack, and nothing is lost", "[store]") {
  Bench bench;
  bench.put(0, 20);
  for (const DirEntry& entry : list_dir(bench.dir / "store/packs")) {
    const fs::path file = bench.dir / "store/packs" / entry.name;
    if (!entry.name.ends_with(".pack")) continue;
    std::string bytes = read_file(file);
    bytes[bytes.find("object 3 ")] = 'O';
    REQUIRE(::chmod(file.c_str(), 0644) == 0);
    write_file(file, bytes, Durability::cache);
  }
  CHECK_THROWS_AS(bench.sweep([](int i) { return i < 5; }), Error);
  CHECK(bench.store.get(id_of(19)) == text_of(19));
  bench.sweep([](int i) { return i == 4; });  // not needed: its damage matters to nobody
  CHECK(bench.present(5) == std::vector{4});
}

TEST_CASE("what is young stays, file or pack", "[store]") {
  Bench bench;
  bench.put(0, 3);
  bench.put(3, 30);
  const auto none = [](int) { return false; };
  CHECK(bench.sweep(none, {.written_before_ns = 1}).objects == 0);
  CHECK(bench.sweep(none, {.claimed_before_ns = 1}).objects == 0);
  CHECK(bench.present(30).size() == 30);
  CHECK(bench.sweep(none).objects == 30);
}

TEST_CASE("what another process claims after the decision was made stays", "[store]") {
  Bench bench;
  bench.put(0, 3);
  bench.put(3, 30);
  Collector collector(bench.world, bench.store);
  wait_for_tick(bench.dir.path());
  // As if the clock had been set back since: nothing looks young.
  collector.spare({.written_before_ns = INT64_MAX, .claimed_before_ns = INT64_MAX});
  const ObjectStore other(bench.store.root());
  CHECK(other.claim(id_of(1)));
  CHECK(other.claim(id_of(5)));
  CHECK_FALSE(other.claim(id_of(31)));
  collector.sweep([](const Digest&) { return false; }, bench.clock.now());
  CHECK(bench.present(3) == std::vector{1});
  CHECK(bench.present(30).size() == 28);  // with 5 its pack
  CHECK_FALSE(other.claim(id_of(0)));
}

TEST_CASE("a store that knew a pack before a gc took it stores its objects again", "[store]") {
  Bench bench;
  bench.put(0, 20);
  ObjectStore other(bench.store.root());
  REQUIRE(other.has(id_of(3)));
  bench.sweep([](int) { return false; });
  ObjectStore::Batch batch(other);
  batch.put(text_of(3));
  batch.commit();
  CHECK(bench.present(20) == std::vector{3});
}

TEST_CASE("a store knows whether others store", "[store]") {
  Bench bench;
  CHECK(bench.store.is_alone());
  bench.put(0, 1);
  CHECK(bench.store.is_alone());
  {
    ObjectStore other(bench.store.root());
    CHECK(other.claim(id_of(0)));
    CHECK_FALSE(bench.store.is_alone());
    CHECK_FALSE(other.is_alone());
  }
  CHECK(bench.store.is_alone());
}

TEST_CASE("packs that no index names are taken in", "[store]") {
  Bench bench;
  bench.put(0, 20);
  bench.put(20, 200);
  fs::path smallest;
  for (const DirEntry& entry : list_dir(bench.dir / "store/packs")) {
    if (entry.name.ends_with(".idx")) remove_file(bench.dir / "store/packs" / entry.name);
  }
  Collector::take_in(bench.store);
  CHECK(bench.present(200).size() == 200);
}

TEST_CASE("trash is emptied by the time it was filled at", "[store]") {
  Bench bench;
  bench.put(0, 2);
  bench.sweep([](int i) { return i == 1; });
  const UtcTime between = bench.clock.now();
  bench.sweep([](int) { return false; });
  CHECK(empty_trash(bench.store, between).files == 1);
  CHECK(restore_trash(bench.store, kAll) == 1);
  CHECK(bench.present(2) == std::vector{1});
}

TEST_CASE("what is needed is found through trees, whatever they were named as", "[store]") {
  Bench bench;
  const auto closed = [&](const Digest& root) { return close_over(bench.world, bench.store, {root}); };
  const Digest leaf = bench.store.put("a\n"), lost = sha256("lost");
  const Digest inner = bench.store.put_tree({{TreeEntryKind::file, 2, leaf, "a"}});
  const Digest top = bench.store.put_tree(
      {{TreeEntryKind::directory, 2, inner, "inner"}, {TreeEntryKind::executable, 4, lost, "lost"}});
  CHECK(closed(top) == DigestSet{top, inner, leaf, lost});
  CHECK(closed(leaf) == DigestSet{leaf});
  CHECK(closed(lost) == DigestSet{lost});
  const Digest like = bench.store.put("mlo tree 1\nbut a text");
  CHECK(closed(like) == DigestSet{like});

  // A file that is a copy of a tree's bytes, met before the directory that it is.
  const Digest both =
      bench.store.put_tree({{TreeEntryKind::file, 2, inner, "copy"}, {TreeEntryKind::directory, 2, inner, "inner"}});
  CHECK(closed(both) == DigestSet{both, inner, leaf});
}

TEST_CASE("a damaged tree stops the search for what is needed", "[store]") {
  Bench bench;
  const Digest leaf = bench.store.put("a\n");
  const Digest top = bench.store.put_tree({{TreeEntryKind::file, 2, leaf, "a"}});
  const fs::path file = *bench.store.find_file_of(top);
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  write_file(file, "mlo tree 1\n", Durability::cache);
  CHECK_THROWS_AS(close_over(bench.world, bench.store, {top}), Error);
  CHECK_FALSE(bench.store.has(top));  // it lies in quarantine now, and that is no reason to go on
  CHECK_THROWS_AS(close_over(bench.world, bench.store, {top}), Error);
}

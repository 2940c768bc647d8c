#include <fcntl.h>
#include <sys/stat.h>

#include "lib/crypto/sha256.hpp"
#include "lib/store/object_store.hpp"
#include "lib/store/pack_set.hpp"
#include "lib/util/parallel.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using test::TempDir;

namespace {

std::string text_of_object(int i) {
  return fmt::format("object {} {}", i, std::string(static_cast<std::size_t>(i % 50), 'x'));
}

/// Stores the objects `from` to `to` - 1 in one batch.
void store_objects(ObjectStore& store, int from, int to) {
  ObjectStore::Batch batch(store);
  for (int i = from; i < to; ++i) batch.put(text_of_object(i));
  batch.commit();
}

std::size_t count_files(const fs::path& dir, std::string_view suffix) {
  std::size_t count = 0;
  for (const DirEntry& entry : list_dir(dir)) count += entry.name.ends_with(suffix) ? 1 : 0;
  return count;
}

fs::path only_file(const fs::path& dir, std::string_view suffix) {
  REQUIRE(count_files(dir, suffix) == 1);
  for (const DirEntry& entry : list_dir(dir)) {
    if (entry.name.ends_with(suffix)) return dir / entry.name;
  }
  return {};
}

bool has_all(const ObjectStore& store, int from, int to) {
  for (int i = from; i < to; ++i) {
    if (store.get(sha256(text_of_object(i))) != text_of_object(i)) return false;
  }
  return true;
}

/// Changes one byte of the only pack, within the bytes of this text.
void damage(const fs::path& file, std::string_view text) {
  std::string bytes = read_file(file);
  const auto at = bytes.find(text);
  REQUIRE(at != std::string::npos);
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  write_file(file, bytes, Durability::cache);
}

}  // namespace

TEST_CASE("many small objects of a batch lie in a pack, few ones and large ones by themselves", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  store_objects(store, 0, 8);
  CHECK_FALSE(find_stat(dir / "packs"));
  const std::string large(kMaxPacked + 1, 'l');
  {
    ObjectStore::Batch batch(store);
    for (int i = 0; i < 100; ++i) batch.put(text_of_object(i));
    batch.put(large);
    batch.put("");
    batch.put("");
    batch.commit();
  }
  CHECK(count_files(dir / "packs", ".pack") == 1);
  CHECK(count_files(dir / "packs", ".idx") == 1);
  CHECK(store.find_file_of(sha256(text_of_object(7))));
  CHECK_FALSE(store.find_file_of(sha256(text_of_object(8))));
  CHECK(store.find_file_of(sha256(large)));
  CHECK(store.get(sha256("")).empty());
  CHECK(store.find_size(sha256("")) == 0U);
  CHECK(store.find_size(sha256(text_of_object(8))) == text_of_object(8).size());
  CHECK(has_all(store, 0, 100));
  CHECK(has_all(ObjectStore(dir / "objects"), 0, 100));
  CHECK((find_stat(only_file(dir / "packs", ".pack"))->mode & 0777U) == 0444U);
}

TEST_CASE("a packed object is checked out, verified, copied and given a file", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  store_objects(store, 0, 20);
  const std::string text = text_of_object(3);
  const Digest id = sha256(text);
  store.check_out(id, dir / "out", true, LinkType::reflink);
  CHECK(read_file(dir / "out") == text);
  CHECK(find_stat(dir / "out")->executable());
  CHECK(store.verify(id));
  const TempFile copy(dir.path());
  CHECK(store.copy_to(id, copy.fd(), copy.path()));
  CHECK(read_file(copy.path()) == text);
  CHECK_FALSE(store.copy_to(sha256("absent"), copy.fd(), copy.path()));
  CHECK(read_file(store.file_of(id)) == text);
  CHECK_FALSE(store.find_file_of(id));
}

TEST_CASE("a damaged packed object is set aside, and good bytes take its place", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  store_objects(store, 0, 20);
  const std::string text = text_of_object(3);
  const Digest id = sha256(text);
  const fs::path pack = only_file(dir / "packs", ".pack");
  damage(pack, text);
  ObjectStore fresh(dir / "objects");
  CHECK_FALSE(fresh.verify(id));
  CHECK_THROWS_WITH(fresh.get(id), Catch::Contains("is damaged"));
  CHECK(read_file(dir / "quarantine" / id.hex()) != text);
  CHECK_FALSE(fresh.has(id));
  CHECK(has_all(fresh, 4, 20));
  fresh.put(text);
  CHECK(fresh.verify(id));
  CHECK(has_all(ObjectStore(dir / "objects"), 0, 20));

  fs::remove(pack);
  CHECK_THROWS_WITH(ObjectStore(dir / "objects").get(sha256(text_of_object(5))), Catch::Contains("is damaged"));
  CHECK_FALSE(ObjectStore(dir / "objects").has(sha256(text_of_object(5))));
}

TEST_CASE("indexes are few however many batches there were, and name every object", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  for (int i = 0; i < 40; ++i) store_objects(store, 20 * i, 20 * i + 20);
  CHECK(count_files(dir / "packs", ".pack") == 40);
  CHECK(count_files(dir / "packs", ".idx") <= 6);
  CHECK(has_all(store, 0, 800));
  CHECK(has_all(ObjectStore(dir / "objects"), 0, 800));
  store_objects(store, 0, 800);
  CHECK(count_files(dir / "packs", ".pack") == 40);
}

TEST_CASE("what another process packs is found, whoever wrote last", "[store]") {
  const TempDir dir;
  ObjectStore a(dir / "objects"), b(dir / "objects");
  for (int i = 0; i < 30; ++i) {
    CHECK_FALSE(b.has(sha256(text_of_object(20 * i))));
    store_objects(i % 2 == 0 ? a : b, 20 * i, 20 * i + 20);
    CHECK(has_all(a, 20 * i, 20 * i + 20));
    CHECK(has_all(b, 20 * i, 20 * i + 20));
  }
  CHECK(has_all(a, 0, 600));
}

TEST_CASE("stores that pack at the same time lose nothing", "[store]") {
  const TempDir dir;
  parallel_for(8, 4, [&](std::size_t i) {
    ObjectStore store(dir / "objects");
    const int first = static_cast<int>(i) * 100;
    for (int part = 0; part < 5; ++part) store_objects(store, first + 20 * part, first + 20 * part + 20);
  });
  CHECK(has_all(ObjectStore(dir / "objects"), 0, 800));
}

TEST_CASE("one batch filled by many threads holds each object once", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  {
    ObjectStore::Batch batch(store);
    parallel_for(4000, 4, [&](std::size_t i) { batch.put(text_of_object(static_cast<int>(i % 1000))); });
    batch.commit();
  }
  CHECK(has_all(store, 0, 1000));
  std::size_t records = 0;
  for (const DirEntry& entry : list_dir(dir / "packs")) {
    if (entry.name.ends_with(".pack"))
      CHECK(scan_pack(dir / "packs" / entry.name, [&](const PackedObject&, const Record&) { ++records; }));
  }
  CHECK(records == 1000);
}

TEST_CASE("a lost or damaged index is made anew from the packs", "[store]") {
  const TempDir dir;
  {
    ObjectStore store(dir / "objects");
    store_objects(store, 0, 500);
  }
  const fs::path index = only_file(dir / "packs", ".idx");
  const std::string good = read_file(index);
  const auto refused = [&](const std::string& bytes) {
    REQUIRE(::chmod(index.c_str(), 0644) == 0);
    write_file(index, bytes, Durability::cache);
    CHECK(has_all(ObjectStore(dir / "objects"), 0, 500));
    CHECK(read_file(only_file(dir / "packs", ".idx")) == good);
    CHECK(read_file(dir / "quarantine" / index.filename()) == bytes);
  };
  fs::remove(index);
  CHECK(has_all(ObjectStore(dir / "objects"), 0, 500));
  CHECK(read_file(only_file(dir / "packs", ".idx")) == good);
  refused("");
  refused("mlo index 2\n");
  refused(good.substr(0, good.size() - 1));
  refused(good + "x");
  for (std::size_t at : {13U, 16U, 24U, 27U}) {  // the counts of packs and objects, the width of the fan-out
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x11);
    refused(bad);
  }
}

TEST_CASE("what several threads store in one batch lies in one pack while it is small", "[store]") {
  for (int round = 0; round < 20; ++round) {
    const TempDir dir;
    ObjectStore store(dir / "objects");
    ObjectStore::Batch batch(store);
    parallel_for(8, 8, [&](std::size_t part) {
      for (int i = 0; i < 20; ++i) batch.put(text_of_object(static_cast<int>(part) * 20 + i));
    });
    batch.commit();
    CHECK(count_files(dir / "packs", ".pack") == 1);
    CHECK(has_all(store, 0, 160));
  }
}

TEST_CASE("an index of nothing finds nothing", "[store]") {
  const TempDir dir;
  write_file(dir / "empty.idx", EncodedIndex({}, {}).text(), Durability::cache);
  const auto index = PackIndex::open(dir / "empty.idx");
  REQUIRE(index);
  CHECK(index->verify());
  CHECK(index->find(sha256("a")) == nullptr);
}

TEST_CASE("an index tells what lies by itself, and a merged one still does", "[store]") {
  const TempDir dir;
  const auto index_of = [&](const char* name, const EncodedIndex& encoded) {
    write_file(dir / name, encoded.text(), Durability::cache);
    return PackIndex::open(dir / name);
  };
  const Digest packed = sha256("packed"), alone = sha256("alone"), both = sha256("both"), pack = sha256("pack");
  const auto old = index_of(
      "old", EncodedIndex({}, {{.id = alone, .size = 7, .pack = kAlone}, {.id = both, .size = 9, .pack = kAlone}}));
  REQUIRE(old);
  CHECK(old->packs().empty());
  CHECK(old->find(alone) == nullptr);  // as every reader did that knew only packs
  REQUIRE(old->find_alone(alone) != nullptr);
  CHECK(old->find_alone(alone)->size == 7);
  const MergedIndex merged = merge_pack_indexes(
      {pack},
      {{.id = packed, .size = 1, .offset = 51, .stored = 1}, {.id = both, .size = 9, .offset = 92, .stored = 9}},
      {old});
  CHECK(merged.taken_in.size() == 1);
  const auto fresh = index_of("fresh", merged.fresh);
  REQUIRE(fresh);
  CHECK(fresh->size() == 3);
  CHECK(fresh->packs() == std::vector<Digest>{pack});
  CHECK(fresh->find_alone(alone) != nullptr);
  CHECK(fresh->find_alone(packed) == nullptr);
  CHECK(fresh->find(both) != nullptr);
  CHECK(objects_by_pack({fresh}).at(pack).size() == 2);
}

TEST_CASE("an index with wrong numbers inside its frame finds nothing that is not there", "[store]") {
  const TempDir dir;
  {
    ObjectStore store(dir / "objects");
    store_objects(store, 0, 100);
  }
  const fs::path file = only_file(dir / "packs", ".idx");
  const std::string good = read_file(file);
  const auto index = PackIndex::open(file);
  REQUIRE(index);
  CHECK(index->verify());
  for (std::size_t at = 64; at < good.size(); at += 7) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x81);
    const fs::path other = dir / "other.idx";
    write_file(other, bad, Durability::cache);
    const auto damaged = PackIndex::open(other);
    if (!damaged) continue;
    CHECK_FALSE(damaged->verify());
    for (int i = 0; i < 100; ++i) {
      const PackedObject* const object = damaged->find(sha256(text_of_object(i)));
      CHECK((object == nullptr || object->pack < damaged->packs().size()));
    }
  }
}

TEST_CASE("a pack is read to the last whole record", "[store]") {
  const TempDir dir;
  {
    ObjectStore store(dir / "objects");
    store_objects(store, 0, 30);
  }
  const std::string good = read_file(only_file(dir / "packs", ".pack"));
  const auto records_in = [&](const std::string& bytes) {
    std::size_t count = 0;
    write_file(dir / "p", bytes, Durability::cache);
    const bool whole = scan_pack(dir / "p", [&](const PackedObject& object, const Record& record) {
      CHECK(bytes.substr(object.offset, object.stored) == record.bytes);
      ++count;
    });
    return std::pair(count, whole);
  };
  CHECK(records_in(good) == std::pair<std::size_t, bool>(30, true));
  CHECK(records_in(good.substr(0, good.size() - 1)) == std::pair<std::size_t, bool>(29, false));
  CHECK(records_in(good + "o") == std::pair<std::size_t, bool>(30, false));
  CHECK(records_in("mlo pack 1\n") == std::pair<std::size_t, bool>(0, true));
  CHECK(records_in("mlo pack 2\n") == std::pair<std::size_t, bool>(0, false));
  CHECK(records_in("") == std::pair<std::size_t, bool>(0, false));
}

TEST_CASE("checking a store finds every flipped bit, and only those", "[store]") {
  const TempDir dir;
  test::TestWorld w;
  {
    ObjectStore store(dir / "objects");
    store_objects(store, 0, 200);
    store.put("alone");
    const ObjectStore::Check clean = store.check(w.world);
    CHECK(clean.objects == 201);
    CHECK(clean.damaged.empty());
    CHECK(clean.indexes == 0);
  }
  const fs::path pack = only_file(dir / "packs", ".pack"), index = only_file(dir / "packs", ".idx");
  const std::string good_pack = read_file(pack), good_index = read_file(index);
  const auto put_back = [&] {
    remove_tree(dir / "packs");
    write_file(pack, good_pack);
    write_file(index, good_index);
  };
  for (std::size_t at = 0; at < good_pack.size(); at += 97) {
    put_back();
    std::string bad = good_pack;
    bad[at] = static_cast<char>(bad[at] ^ 0x20);
    write_file(pack, bad);
    ObjectStore store(dir / "objects");
    const ObjectStore::Check check = store.check(w.world);
    CHECK(check.damaged.size() <= 1);  // none if the bit was in the head of a record
    for (int i = 0; i < 200; ++i) {
      const Digest id = sha256(text_of_object(i));
      const bool lost = std::find(check.damaged.begin(), check.damaged.end(), id) != check.damaged.end();
      REQUIRE(store.has(id) == !lost);
      if (!lost) REQUIRE(store.get(id) == text_of_object(i));
    }
    CHECK(store.check(w.world).damaged.empty());
  }
  for (std::size_t at = 0; at < good_index.size(); at += 211) {
    put_back();
    std::string bad = good_index;
    bad[at] = static_cast<char>(bad[at] ^ 0x20);
    write_file(index, bad);
    ObjectStore store(dir / "objects");
    const ObjectStore::Check check = store.check(w.world);
    CHECK(check.damaged.empty());
    CHECK(check.indexes == 1);
    REQUIRE(has_all(store, 0, 200));
  }
}

TEST_CASE("checking a store takes in a pack that no index names", "[store]") {
  const TempDir dir;
  test::TestWorld w;
  {
    ObjectStore store(dir / "objects");
    store_objects(store, 0, 20);
  }
  fs::rename(only_file(dir / "packs", ".idx"), dir / "first.idx");
  {
    ObjectStore store(dir / "other/objects");
    store_objects(store, 20, 40);
  }
  const fs::path other = only_file(dir / "other/packs", ".idx");
  fs::rename(other, dir / "packs" / other.filename());
  const fs::path pack = only_file(dir / "other/packs", ".pack");
  fs::rename(pack, dir / "packs" / pack.filename());
  ObjectStore store(dir / "objects");
  CHECK_FALSE(store.has(sha256(text_of_object(0))));
  CHECK(store.check(w.world).objects == 40);
  CHECK(has_all(store, 0, 40));
}

TEST_CASE("checking a store reads the objects that lie by themselves", "[store]") {
  const TempDir dir;
  test::TestWorld w;
  ObjectStore store(dir / "objects");
  const Digest id = store.put("alone");
  REQUIRE(::chmod(store.find_file_of(id)->c_str(), 0644) == 0);
  write_file(*store.find_file_of(id), "along", Durability::cache);
  const ObjectStore::Check check = store.check(w.world);
  CHECK(check.damaged == std::vector<Digest>{id});
  CHECK_FALSE(store.has(id));
  CHECK(read_file(dir / "quarantine" / id.hex()) == "along");
}

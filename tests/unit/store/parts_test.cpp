#include <fcntl.h>
#include <sys/stat.h>

#include <random>
#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/store/closure.hpp"
#include "lib/store/collector.hpp"
#include "lib/store/object_store.hpp"
#include "lib/store/pack_set.hpp"
#include "tests/support/packs.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using test::TempDir;

namespace {

const StoreRules kAll{.compress = true, .page_trees = true, .threads = 2};

std::string noise(std::size_t size, unsigned seed) {
  std::mt19937_64 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

Tree tree_of(int entries) {
  Tree tree;
  for (int i = 0; i < entries; ++i)
    tree.push_back({TreeEntryKind::file, 7, sha256(std::to_string(i)), fmt::format("image-{:07}.jpg", i)});
  return tree;
}

std::uint64_t bytes_in(const fs::path& dir, std::string_view suffix) {
  std::uint64_t bytes = 0;
  for (const DirEntry& entry : list_dir(dir)) {
    if (entry.name.ends_with(suffix)) bytes += find_stat(dir / entry.name)->size;
  }
  return bytes;
}

/// Packs of records that mlo would not write.
struct HostilePack {
  PackRecords records;

  void add(const Digest& id, Form form, std::uint64_t size, std::string_view body) {
    records.add(id, form, size, body);
  }
  void write(const fs::path& packs) {
    const Digest name = records.finish();
    write_file(pack_file(packs, name), records.bytes());
    const std::string index = EncodedIndex({name}, records.objects()).text();
    write_file(packs / (sha256(index).hex() + ".idx"), index);
  }
};

}  // namespace

TEST_CASE("small text lies compressed, noise as it is, and both come back", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects", kAll);
  std::vector<std::string> texts;
  for (unsigned i = 0; i < 40; ++i)
    texts.push_back(i % 2 == 0 ? std::string(5000, static_cast<char>('a' + i)) + std::to_string(i) : noise(5000, i));
  {
    ObjectStore::Batch batch(store);
    for (const std::string& text : texts) batch.put(text);
    batch.commit();
  }
  CHECK(bytes_in(dir / "packs", ".pack") < 20 * 5100 + 20 * 200);
  for (const ObjectStore& reader : {ObjectStore(dir / "objects"), ObjectStore(dir / "objects", kAll)}) {
    for (const std::string& text : texts) {
      const Digest id = sha256(text);
      CHECK(reader.find_size(id) == text.size());
      CHECK(reader.get(id) == text);
      CHECK(reader.verify(id));
      CHECK(reader.parts_of(id).empty());
    }
  }
  store.check_out(sha256(texts[0]), dir / "out", false, LinkType::reflink);
  CHECK(read_file(dir / "out") == texts[0]);
  CHECK(read_file(store.file_of(sha256(texts[2]))) == texts[2]);
}

TEST_CASE("a few compressible objects still lie by themselves, as they are", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects", kAll);
  const std::string text(5000, 'a');
  const Digest id = store.put(text);
  CHECK(read_file(*store.find_file_of(id)) == text);
}

TEST_CASE("a change of one entry in a tree of 200,000 stores some kilobytes", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects", kAll);
  Tree tree = tree_of(200'000);
  const Digest first = store.put_tree(tree);
  CHECK(first == tree_id(tree));
  CHECK(store.get_tree(first) == tree);
  const std::uint64_t before = bytes_in(dir / "packs", ".pack");
  tree[100'000].id = sha256("changed");
  tree.erase(tree.begin() + 5);
  const Digest second = store.put_tree(tree);
  CHECK(bytes_in(dir / "packs", ".pack") - before < 200'000);
  const ObjectStore fresh(dir / "objects");
  CHECK(fresh.get_tree(second) == tree);
  CHECK(fresh.get_tree(first) == tree_of(200'000));
  CHECK(fresh.find_size(second) == encode_tree(tree).size());
  CHECK_FALSE(fresh.find_file_of(second));
}

TEST_CASE("the parts of an object are all that it needs", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects", kAll);
  const Tree tree = tree_of(200'000);
  const Digest id = store.put_tree(tree);
  const std::vector<Digest> parts = store.parts_of(id);
  CHECK(ObjectStore(dir / "objects").parts_of(id) == parts);
  CHECK(std::set<Digest>(parts.begin(), parts.end()).size() > 500);
  // With these alone, another store has the object: pages and lists both.
  ObjectStore other(dir / "other/objects");
  {
    ObjectStore::Batch batch(other);
    for (const Digest& part : parts) batch.put(store.get(part));
    batch.commit();
  }
  HostilePack pack;  // not hostile
  Record record;
  PackSet packs(dir / "packs");
  packs.refresh();
  REQUIRE(packs.read(id, record));
  pack.add(id, record.form, record.size, *body_of(record));
  pack.write(dir / "other/packs");
  CHECK(ObjectStore(dir / "other/objects").get_tree(id) == tree);
  CHECK(store.parts_of(sha256("absent")).empty());
}

TEST_CASE("an object in parts is checked out, copied and verified", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects", kAll);
  const std::string bytes = encode_tree(tree_of(200'000));
  const Digest id = store.put(bytes);
  CHECK(store.verify(id));
  store.check_out(id, dir / "out", false, LinkType::reflink);
  CHECK(read_file(dir / "out") == bytes);
  const TempFile copy(dir.path());
  CHECK(store.copy_to(id, copy.fd(), copy.path()));
  CHECK(read_file(copy.path()) == bytes);
  CHECK(store.get(id) == bytes);
}

TEST_CASE("a damaged part hurts each object that it is in, and good bytes heal them", "[store]") {
  const TempDir dir;
  test::TestWorld w;
  Tree tree = tree_of(20'000), other = tree;
  other.pop_back();
  Digest first, second, part;
  {
    ObjectStore store(dir / "objects", kAll);
    first = store.put_tree(tree);
    second = store.put_tree(other);
    part = store.parts_of(first).front();
  }
  REQUIRE(ObjectStore(dir / "objects").parts_of(second).front() == part);
  test::flip_bit(dir / "packs", part);
  SECTION("found by a reader") {
    ObjectStore store(dir / "objects", kAll);
    CHECK_FALSE(store.verify(first));
    CHECK_THROWS_WITH(store.get(first), Catch::Contains(first.brief()) && Catch::Contains("1 of its parts"));
    CHECK_FALSE(store.has(first));
    CHECK_FALSE(store.has(part));
    CHECK(find_stat(dir / "quarantine" / part.hex()));
    CHECK_THROWS_WITH(store.check_out(second, dir / "out", false, LinkType::copy), Catch::Contains(second.brief()));
    CHECK_FALSE(find_stat(dir / "out"));
  }
  SECTION("found by a check") {
    ObjectStore store(dir / "objects", kAll);
    const auto damaged = store.check(w.world).damaged;
    CHECK(std::set<Digest>(damaged.begin(), damaged.end()) == std::set<Digest>{part, first, second});
    CHECK_FALSE(store.has(second));
  }
  ObjectStore store(dir / "objects", kAll);
  store.put_tree(tree);
  store.put_tree(other);
  CHECK(store.get_tree(first) == tree);
  CHECK(store.get_tree(second) == other);
  CHECK(store.check(w.world).damaged.empty());
}

TEST_CASE("checking a store finds every flipped bit of frames and recipes", "[store]") {
  const TempDir dir;
  test::TestWorld w;
  const Tree tree = tree_of(3'000);
  Digest id;
  std::vector<Digest> parts;
  {
    ObjectStore store(dir / "objects", kAll);
    id = store.put_tree(tree);
    parts = store.parts_of(id);
  }
  fs::path pack, index;
  for (const DirEntry& entry : list_dir(dir / "packs"))
    (entry.name.ends_with(".pack") ? pack : index) = dir / "packs" / entry.name;
  const std::string good = read_file(pack), good_index = read_file(index);
  REQUIRE(::chmod(pack.c_str(), 0644) == 0);
  const auto flip = [&](std::size_t at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x20);
    write_file(pack, bad, Durability::cache);
    ObjectStore store(dir / "objects", kAll);
    const auto damaged = store.check(w.world).damaged;
    CHECK(store.has(id) == damaged.empty());
    if (!damaged.empty()) CHECK(std::find(damaged.begin(), damaged.end(), id) != damaged.end());
    CHECK(store.check(w.world).damaged.empty());
    store.put_tree(tree);
    CHECK(store.get_tree(id) == tree);
    remove_tree(dir / "packs");
    write_file(pack, good);
    write_file(index, good_index);
    return !damaged.empty();
  };
  scan_pack(pack, [&](const PackedObject& object, const Record&) {
    for (std::size_t i = 0; i < object.stored; i += object.form == Form::recipe ? 5 : 1501)
      REQUIRE(flip(object.offset + i));
  });
  fs::remove(index);
  CHECK(ObjectStore(dir / "objects").get_tree(id) == tree);  // and an index comes back from all forms
}

TEST_CASE("records that promise what they do not hold are refused", "[store]") {
  const TempDir dir;
  const std::string text(3000, 'x');
  const Digest id = sha256(text), part = sha256("part");
  const auto refused = [&](const std::function<void(HostilePack&)>& fill) {
    remove_tree(dir / "packs");
    HostilePack pack;
    pack.add(part, Form::plain, 4, "part");
    fill(pack);
    pack.write(dir / "packs");
    CHECK_FALSE(ObjectStore(dir / "objects").verify(id));
    CHECK_THROWS_WITH(ObjectStore(dir / "objects").get(id), Catch::Contains("is damaged"));
    CHECK_FALSE(ObjectStore(dir / "objects").has(id));
    CHECK(ObjectStore(dir / "objects").get(part) == "part");
  };
  const auto recipe = [&](const Recipe& said) {
    refused([&](HostilePack& pack) { pack.add(id, Form::recipe, said.size, encode_recipe(id, said)); });
  };
  // A frame of another size than said, of far more, or none at all.
  refused([&](HostilePack& pack) { pack.add(id, Form::zstd, 3000, "no frame"); });
  refused([&](HostilePack& pack) { pack.add(id, Form::zstd, std::uint64_t{1} << 60U, text); });
  refused([&](HostilePack& pack) { pack.add(id, static_cast<Form>(3), 3000, text); });
  // Recipes that name themselves, nothing, what is not there, too much, too little.
  recipe({3000, 0, {{id, 3000}}});
  recipe({3000, 0, {}});
  recipe({3000, 0, {{part, 3000}}});
  recipe({4, 0, {{part, 4}}});
  recipe({3000, 0, {{sha256("absent"), 3000}}});
  recipe({3000, 0, {{part, 4}, {part, 0}, {part, 2996}}});
  recipe({std::uint64_t{1} << 40U, 0, Parts(1U << 10U, {part, 1U << 20U})});
  recipe({3000, 1, {{part, 4}}});
  recipe({3000, 1, {{part, 36}}});
  recipe({3000, 1, Parts(1000, {part, 36})});
  recipe({3000, 200, {{part, 4}}});
  // Two that name each other.
  const Digest two = sha256("two");
  refused([&](HostilePack& pack) {
    pack.add(two, Form::recipe, 3000, encode_recipe(two, {3000, 0, {{id, 3000}}}));
    pack.add(id, Form::recipe, 3000, encode_recipe(id, {3000, 0, {{two, 3000}}}));
  });
}

TEST_CASE("an index of the first format is read, and taken into the next one", "[store]") {
  const TempDir dir;
  const auto text = [](int i) { return fmt::format("object {}", i); };
  {
    ObjectStore store(dir / "objects");
    ObjectStore::Batch batch(store);
    for (int i = 0; i < 50; ++i) batch.put(text(i));
    batch.commit();
  }
  fs::path file;
  for (const DirEntry& entry : list_dir(dir / "packs")) {
    if (entry.name.ends_with(".idx")) file = dir / "packs" / entry.name;
  }
  // The same index as it was written then: 48 bytes an object, with its offset and size alone.
  const std::string now = read_file(file);
  const auto index = PackIndex::open(file);
  const std::size_t objects_at = now.size() - 32 - 56 * index->size();
  ByteWriter old;
  old.raw("mlo index 1\n");
  old.raw(std::string_view(now).substr(12, objects_at - 12));
  for (const PackedObject& object : index->objects()) {
    old.raw(object.id.raw());
    old.u64(object.offset);
    old.u32(object.pack);
    old.u32(object.stored);
  }
  old.raw(sha256(old.str()).raw());
  fs::remove(file);
  write_file(dir / "packs" / (sha256(old.str()).hex() + ".idx"), old.str());
  ObjectStore store(dir / "objects");
  for (int i = 0; i < 50; ++i) CHECK(store.get(sha256(text(i))) == text(i));
  CHECK(list_dir(dir / "packs").size() == 2);
  {
    ObjectStore::Batch batch(store);
    for (int i = 50; i < 100; ++i) batch.put(text(i));
    batch.commit();
  }
  CHECK(list_dir(dir / "packs").size() == 3);  // two packs, one index
  for (int i = 0; i < 100; ++i) CHECK(ObjectStore(dir / "objects").get(sha256(text(i))) == text(i));
}

TEST_CASE("what a gc keeps, it keeps with its parts", "[store]") {
  test::TestWorld w;
  ObjectStore store(w.dir / "objects", kAll);
  Tree kept = tree_of(20'000), gone = tree_of(20'000);
  for (TreeEntry& entry : gone) entry.name += ".old";
  const Digest kept_id = store.put_tree(kept), gone_id = store.put_tree(gone);
  // A pack of which little is needed is written anew.
  for (TreeEntry& entry : gone) entry.name += ".older";
  gone.resize(15'000);
  {
    ObjectStore::Batch batch(store);
    batch.put(encode_tree(gone));
    kept.back().id = sha256("changed");
    batch.put(encode_tree(kept));
    batch.commit();
  }
  const DigestSet needed = close_over(w.world, store, {kept_id, tree_id(kept)});
  const auto is_needed = [&](const Digest& id) { return needed.contains(id); };
  const Collector::Report report = Collector(w.world, store).sweep(is_needed, w.clock.now());
  CHECK(report.packs_moved == 1);
  CHECK(report.packs_rewritten == 1);
  const ObjectStore fresh(w.dir / "objects");
  CHECK(fresh.get_tree(kept_id) == tree_of(20'000));
  CHECK(fresh.get_tree(tree_id(kept)) == kept);
  CHECK_FALSE(fresh.has(gone_id));
  CHECK(store.check(w.world).damaged.empty());
}

TEST_CASE("who claims an object claims its parts, and one without them is stored anew", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects", kAll);
  const Tree tree = tree_of(20'000);
  const Digest id = store.put_tree(tree);
  CHECK(store.claim(id));
  CHECK(store.begins_as_tree(id));
  PackSet packs(dir / "packs");
  packs.refresh();
  const Digest part = store.parts_of(id).front();
  test::flip_bit(dir / "packs", part);
  packs.drop({part});
  ObjectStore fresh(dir / "objects", kAll);
  CHECK_FALSE(fresh.claim(id));
  fresh.put_tree(tree);
  CHECK(fresh.get_tree(id) == tree);
  CHECK(fresh.claim(id));
}

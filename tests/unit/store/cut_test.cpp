#include "lib/store/cut.hpp"

#include <sys/stat.h>

#include <fstream>
#include <map>
#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/store/object_store.hpp"
#include "lib/store/pack.hpp"
#include "lib/util/parallel.hpp"
#include "tests/support/packs.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using test::TempDir;

namespace {

constexpr std::size_t kMiB = 1U << 20U;

/// Bytes that the golden decoder makes too: SHA-256 of 0, 1, 2, .. from `first` on.
std::string noise(std::size_t size, std::uint32_t first = 0) {
  std::string bytes;
  for (std::uint32_t n = first; bytes.size() < size; ++n) {
    ByteWriter number;
    number.u32(n);
    bytes += text_of(sha256(number.str()).raw());
  }
  bytes.resize(size);
  return bytes;
}

std::vector<std::string_view> cut_all(std::string_view bytes, const CutSizes& sizes) {
  std::vector<std::string_view> parts;
  for (; !bytes.empty(); bytes.remove_prefix(parts.back().size())) parts.push_back(bytes.substr(0, cut(bytes, sizes)));
  return parts;
}

std::uint64_t packed_bytes(const fs::path& dir) {
  std::uint64_t bytes = 0;
  for (const DirEntry& entry : find_stat(dir / "packs") ? list_dir(dir / "packs") : std::vector<DirEntry>()) {
    if (entry.name.ends_with(".pack")) bytes += find_stat(dir / "packs" / entry.name)->size;
  }
  return bytes;
}

StoreRules rules() { return {.threads = 3, .cut_from = kMiB, .cut_names = {"*.csv"}}; }

ObjectStore::Batch::Added add(ObjectStore& store, const fs::path& file, std::string_view bytes) {
  write_file(file, bytes, Durability::cache);
  ObjectStore::Batch batch(store);
  const auto added = batch.put_file(file);
  batch.commit();
  return added;
}

}  // namespace

TEST_CASE("bytes are cut where the golden decoder cuts them", "[store]") {
  const std::map<std::string, CutSizes> kinds{{"parts", kPartSizes}, {"pages", kPageSizes}};
  std::istringstream golden(read_file("tests/golden/cuts.txt"));
  std::size_t lines = 0;
  for (std::string line; std::getline(golden, line); ++lines) {
    std::istringstream words(line);
    std::string kind;
    words >> kind;
    std::vector<std::size_t> lengths;
    std::size_t size = 0;
    for (std::size_t length = 0; words >> length; size += length) lengths.push_back(length);
    std::vector<std::size_t> found;
    const std::string bytes = noise(size);
    for (const std::string_view part : cut_all(bytes, kinds.at(kind))) found.push_back(part.size());
    CHECK(found == lengths);
  }
  CHECK(lines == 2);
}

TEST_CASE("parts keep their bounds, whatever the bytes", "[store]") {
  for (const CutSizes& sizes : {kPartSizes, kPageSizes}) {
    for (const std::string& bytes : {std::string(3 * kMiB, '\0'), noise(3 * kMiB)}) {
      const auto parts = cut_all(bytes, sizes);
      for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        CHECK(parts[i].size() > sizes.least);
        CHECK(parts[i].size() <= sizes.most);
      }
    }
  }
  CHECK(cut("", kPartSizes) == 0);
  CHECK(cut("a", kPartSizes) == 1);
  CHECK(cut(std::string(kPartSizes.least, 'a'), kPartSizes) == kPartSizes.least);
}

TEST_CASE("after an insertion the old parts come back", "[store]") {
  const std::string bytes = noise(16 * kMiB);
  std::string changed = bytes;
  changed.insert(8 * kMiB + 12'345, "some words that were not there");
  const auto before = cut_all(bytes, kPartSizes), after = cut_all(changed, kPartSizes);
  const std::set<std::string_view> known(before.begin(), before.end());
  std::size_t fresh = 0;
  for (const std::string_view part : after) fresh += known.contains(part) ? 0 : part.size();
  CHECK(fresh > 0);
  CHECK(fresh < 2 * kMiB);
}

TEST_CASE("another version of a large file stores what changed", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects", rules());
  const std::string first = noise(24 * kMiB);
  const auto added = add(store, dir / "a.csv", first);
  CHECK(added.id == sha256(first));
  CHECK(added.size == first.size());
  CHECK_FALSE(store.find_file_of(added.id));
  const std::uint64_t once = packed_bytes(dir.path());
  CHECK(once > first.size());
  CHECK(once < first.size() + first.size() / 100);

  const std::string second = first + noise(kMiB / 4, 1U << 30U);
  std::string third = second;
  third.insert(third.size() / 2, noise(1000, 1U << 29U));
  CHECK(add(store, dir / "A.CSV", second).id == sha256(second));
  CHECK(add(store, dir / "a.csv", third).id == sha256(third));
  CHECK(packed_bytes(dir.path()) - once < 4 * kMiB);
  for (const std::string& bytes : {first, second, third}) {
    const Digest id = sha256(bytes);
    CHECK(ObjectStore(dir / "objects").verify(id));
    fs::remove(dir / "out");
    ObjectStore(dir / "objects", rules()).check_out(id, dir / "out", false, LinkType::reflink);
    CHECK(read_file(dir / "out") == bytes);
  }
}

TEST_CASE("what the rule does not name lies whole", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects", rules());
  const std::string bytes = noise(2 * kMiB);
  CHECK(store.find_file_of(add(store, dir / "a.jpg", bytes).id));
  CHECK(store.find_file_of(add(store, dir / "csv", noise(2 * kMiB, 7)).id));
  CHECK(store.find_file_of(add(store, dir / "small.csv", noise(1000)).id));
  CHECK(packed_bytes(dir.path()) == 0);
  // What lies whole already is not stored again in parts.
  add(store, dir / "a.csv", bytes);
  CHECK(packed_bytes(dir.path()) == 0);
  // Another content of the same size is.
  const std::string other = noise(2 * kMiB, 9);
  CHECK(ObjectStore(dir / "objects").get(add(store, dir / "b.csv", other).id) == other);
  CHECK(packed_bytes(dir.path()) > other.size());
}

TEST_CASE("large files that are added at the same time share their parts", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects", rules());
  const std::string common = noise(6 * kMiB);
  for (int i = 0; i < 4; ++i) write_file(dir / fmt::format("{}.csv", i), common + std::to_string(i), Durability::cache);
  {
    ObjectStore::Batch batch(store);
    parallel_for(4, 4, [&](std::size_t i) { batch.put_file(dir / fmt::format("{}.csv", i)); });
    batch.commit();
  }
  CHECK(packed_bytes(dir.path()) < common.size() + 3 * kMiB);
  for (int i = 0; i < 4; ++i) CHECK(store.get(sha256(common + std::to_string(i))) == common + std::to_string(i));
}

TEST_CASE("a large file with a hole is cut and comes back", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects", rules());
  std::ofstream(dir / "sparse.csv") << "head";
  fs::resize_file(dir / "sparse.csv", 40 * kMiB + 5);
  ObjectStore::Batch batch(store);
  const Digest id = batch.put_file(dir / "sparse.csv").id;
  batch.commit();
  CHECK(packed_bytes(dir.path()) < 3 * kMiB);
  store.check_out(id, dir / "out", false, LinkType::reflink);
  CHECK(sha256_file(dir / "out").digest == sha256_file(dir / "sparse.csv").digest);
}

TEST_CASE("a large file is checked out block by block, and not at all if a late part is wrong", "[store]") {
  const TempDir dir;
  const std::string bytes = noise(40 * kMiB);
  Digest id, late;
  {
    ObjectStore store(dir / "objects", rules());
    id = add(store, dir / "large.csv", bytes).id;
    const std::vector<Digest> parts = store.parts_of(id);
    REQUIRE(parts.size() > 40);
    late = parts.at(parts.size() - 2);
    store.check_out(id, dir / "out", false, LinkType::copy);
    CHECK(read_file(dir / "out") == bytes);
    CHECK(store.verify(id));
  }
  test::flip_bit(dir / "packs", late);
  ObjectStore store(dir / "objects", rules());
  CHECK_THROWS_WITH(store.check_out(id, dir / "bad", false, LinkType::copy), Catch::Contains("1 of its parts"));
  CHECK_FALSE(find_stat(dir / "bad"));
  CHECK(find_stat(dir / "quarantine" / late.hex()));
}

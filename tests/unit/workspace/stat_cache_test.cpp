#include "lib/workspace/stat_cache.hpp"

#include <fcntl.h>

#include <thread>

#include "lib/crypto/sha256.hpp"
#include "lib/workspace/stat_table.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

const UtcTime kNow = UtcTime::from_seconds(981'173'106);
constexpr std::int64_t kLongAgo = 981'000'000'000'000'123;

/// What lstat would say of a file that was last touched long before any test ran.
FileStat settled_stat(std::uint64_t inode, std::uint64_t size = 10) {
  return {FileKind::file, size, kLongAgo, kLongAgo, inode, 7, 0100644};
}

void remember(const fs::path& file, const std::map<std::string, Digest>& entries, UtcTime now = kNow) {
  StatCache cache(file);
  std::uint64_t inode = 0;
  for (const auto& [path, digest] : entries) cache.record(path, settled_stat(++inode), digest, cache.now());
  cache.save(now);
}

}  // namespace

TEST_CASE("a recorded digest is found again by another process while the file's stat is the same", "[workspace]") {
  const test::TempDir dir;
  remember(dir / "stat.idx", {{"a", sha256("A")}, {"b", sha256("B")}});
  const StatCache cache(dir / "stat.idx");
  CHECK(cache.find("a", settled_stat(1)) == sha256("A"));
  CHECK(cache.find("b", settled_stat(2)) == sha256("B"));
  CHECK_FALSE(cache.find("c", settled_stat(3)));
  for (auto change :
       {+[](FileStat& s) { ++s.size; }, +[](FileStat& s) { ++s.mtime_ns; }, +[](FileStat& s) { ++s.ctime_ns; },
        +[](FileStat& s) { ++s.inode; }, +[](FileStat& s) { s.mode = 0100755; }}) {
    FileStat stat = settled_stat(1);
    change(stat);
    CHECK_FALSE(cache.find("a", stat));
  }
  FileStat moved = settled_stat(1);
  moved.device = 99;
  CHECK(cache.find("a", moved) == sha256("A"));
}

TEST_CASE("what was recorded is found in the same process before it is saved", "[workspace]") {
  const test::TempDir dir;
  StatCache cache(dir / "stat.idx");
  CHECK_FALSE(cache.find("a", settled_stat(1)));
  cache.record("a", settled_stat(1), sha256("A"), cache.now());
  CHECK(cache.find("a", settled_stat(1)) == sha256("A"));
  cache.record("a", settled_stat(2), sha256("A2"), cache.now());
  CHECK(cache.find("a", settled_stat(2)) == sha256("A2"));
}

TEST_CASE("a file that changed within the tick it was hashed in is not trusted", "[workspace]") {
  const test::TempDir dir;
  dir.write("f", "one");
  StatCache cache(dir / "stat.idx");
  FileStat stat = *find_stat(dir / "f");
  CHECK_FALSE(cache.find("f", stat));
  // As if the file system's clock had not ticked since: the change could repeat unseen.
  stat.mtime_ns = stat.ctime_ns = INT64_MAX;
  cache.record("f", stat, sha256("one"), cache.now());
  CHECK_FALSE(cache.find("f", stat));
  cache.save(kNow);
  CHECK_FALSE(find_stat(dir / "stat.idx"));
}

TEST_CASE("a real file that is rewritten in place at the same size is always noticed", "[workspace]") {
  const test::TempDir dir;
  for (int i = 0; i < 50; ++i) {
    const std::string first = fmt::format("{:04}", 2 * i), second = fmt::format("{:04}", 2 * i + 1);
    dir.write("f", first);
    StatCache cache(dir / "stat.idx");
    const FileStat before = *find_stat(dir / "f");
    if (!cache.find("f", before)) cache.record("f", before, sha256(first), cache.now());
    const UniqueFd fd(::open((dir / "f").c_str(), O_WRONLY));
    write_all(fd.get(), second, "f");
    const auto found = cache.find("f", *find_stat(dir / "f"));
    CHECK((!found || *found == sha256(second)));
  }
}

TEST_CASE("a file of before the look-up is trusted even if it is new", "[workspace]") {
  const test::TempDir dir;
  dir.write("f", "one");
  StatCache cache(dir / "stat.idx");
  const FileStat stat = *find_stat(dir / "f");
  // Looking again stands for the time that passes until the clock has ticked.
  for (int i = 0; i < 1000 && !cache.find("f", stat); ++i) {
    cache.record("f", stat, sha256("one"), cache.now());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(cache.find("f", stat) == sha256("one"));
}

TEST_CASE("a file of our own counts once it is settled, and not if it was just written", "[workspace]") {
  const test::TempDir dir;
  StatCache cache(dir / "stat.idx");
  cache.record_own("old", settled_stat(1), sha256("O"));
  FileStat now = settled_stat(2);
  now.ctime_ns = INT64_MAX;
  cache.record_own("new", now, sha256("N"));
  CHECK_FALSE(cache.find("old", settled_stat(1)));
  cache.settle();
  CHECK(cache.find("old", settled_stat(1)) == sha256("O"));
  CHECK_FALSE(cache.find("new", now));
  cache.save(kNow);
  const StatCache again(dir / "stat.idx");
  CHECK(again.find("old", settled_stat(1)) == sha256("O"));
  CHECK_FALSE(again.find("new", now));
}

TEST_CASE("the ctime does not count for a read-only file of several names, and for no other", "[workspace]") {
  const test::TempDir dir;
  StatCache cache(dir / "stat.idx");
  for (const bool linked : {false, true}) {
    for (const std::uint32_t mode : {0100444U, 0100644U}) {
      FileStat stat = settled_stat(1);
      stat.has_other_names = linked;
      stat.mode = mode;
      const std::string name = std::to_string(mode) + (linked ? " linked" : "");
      cache.record(name, stat, sha256("A"), cache.now());
      CHECK(cache.find(name, stat) == sha256("A"));
      FileStat later = stat;
      ++later.ctime_ns;
      const bool same = linked && mode == 0100444U;
      CHECK(cache.find(name, later).has_value() == same);
      CHECK(StatCache::same(stat, later) == same);
      later.has_other_names = false;
      CHECK_FALSE(cache.find(name, later));
    }
  }
}

TEST_CASE("times in whole seconds need two seconds to settle", "[workspace]") {
  const test::TempDir dir;
  dir.write("now", "");
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t this_second = find_stat(dir / "now")->mtime_ns / kSecond * kSecond;
  FileStat stat = settled_stat(1);
  stat.mtime_ns = stat.ctime_ns = this_second - kSecond;
  StatCache cache(dir / "stat.idx");
  cache.record("f", stat, sha256("x"), cache.now());
  CHECK_FALSE(cache.find("f", stat));
  stat.mtime_ns = stat.ctime_ns = this_second - 10 * kSecond;
  cache.record("f", stat, sha256("x"), cache.now());
  CHECK(cache.find("f", stat));
}

TEST_CASE("saving keeps the old entries, and forgets those nobody asked for in 30 days", "[workspace]") {
  const test::TempDir dir;
  const fs::path file = dir / "stat.idx";
  remember(file, {{"a", sha256("A")}, {"b", sha256("B")}});
  {
    StatCache cache(file);
    CHECK(cache.find("a", settled_stat(1)));
    cache.record("c", settled_stat(3), sha256("C"), cache.now());
    cache.save(kNow + std::chrono::hours(24 * 30));
  }
  CHECK(StatCache(file).find("b", settled_stat(2)));
  {
    StatCache cache(file);
    cache.record("d", settled_stat(4), sha256("D"), cache.now());
    cache.save(kNow + std::chrono::hours(24 * 31));
  }
  CHECK(StatCache(file).find("a", settled_stat(1)));
  CHECK_FALSE(StatCache(file).find("b", settled_stat(2)));
}

TEST_CASE("a clock that jumps costs hashing anew at most", "[workspace]") {
  const test::TempDir dir;
  constexpr auto kYear = std::chrono::hours(365 * 24);
  remember(dir / "stat.idx", {{"a", sha256("A")}});
  const auto record_at = [&](const char* path, std::uint64_t inode, UtcTime now) {
    StatCache cache(dir / "stat.idx");
    cache.record(path, settled_stat(inode), sha256(path), cache.now());
    cache.save(now);
  };
  record_at("b", 2, kNow + -kYear);
  CHECK(StatCache(dir / "stat.idx").find("a", settled_stat(1)) == sha256("A"));
  CHECK(StatCache(dir / "stat.idx").find("b", settled_stat(2)) == sha256("b"));
  record_at("c", 3, kNow + kYear);
  CHECK_FALSE(StatCache(dir / "stat.idx").find("a", settled_stat(1)));
  record_at("d", 4, kNow);
  CHECK(StatCache(dir / "stat.idx").find("c", settled_stat(3)) == sha256("c"));
  CHECK(StatCache(dir / "stat.idx").find("d", settled_stat(4)) == sha256("d"));
}

TEST_CASE("a cache that recorded nothing writes nothing", "[workspace]") {
  const test::TempDir dir;
  const fs::path file = dir / "stat.idx";
  remember(file, {{"a", sha256("A")}});
  const FileStat before = *find_stat(file);
  StatCache cache(file);
  CHECK(cache.find("a", settled_stat(1)));
  CHECK_FALSE(cache.find("other", settled_stat(1)));
  cache.save(kNow);
  CHECK(*find_stat(file) == before);
}

TEST_CASE("a damaged cache never gives a wrong digest, and the next save heals it", "[workspace]") {
  const test::TempDir dir;
  const fs::path file = dir / "stat.idx";
  std::map<std::string, Digest> entries;
  for (int i = 0; i < 20; ++i) entries["dir/file-" + std::to_string(100 + i)] = sha256(std::to_string(i));
  remember(file, entries);
  const std::string good = read_file(file);
  const auto look = [&] {
    const StatCache cache(file);
    std::uint64_t inode = 0;
    for (const auto& [path, digest] : entries) {
      const auto found = cache.find(path, settled_stat(++inode));
      CHECK((!found || *found == digest));
    }
  };
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0x41);
    write_file(file, bad, Durability::cache);
    look();
  }
  for (std::size_t size = 0; size < good.size(); size += 7) {
    write_file(file, good.substr(0, size), Durability::cache);
    look();
  }
  write_file(file, good + "x", Durability::cache);
  look();
  remember(file, entries);
  CHECK(StatCache(file).find("dir/file-100", settled_stat(1)) == sha256("0"));
}

TEST_CASE("few new digests are written beside many old ones, and found as they are", "[workspace]") {
  const test::TempDir dir;
  const fs::path file = dir / "stat.idx", beside = dir / "stat.idx.new";
  std::map<std::string, Digest> entries;
  for (int i = 0; i < 100; ++i) entries[fmt::format("{:03}", i)] = sha256(std::to_string(i));
  remember(file, entries);
  const std::string old = read_file(file);
  const auto note = [&](const std::string& path, std::uint64_t inode, std::string_view content, UtcTime now) {
    StatCache cache(file);
    cache.record(path, settled_stat(inode), sha256(content), cache.now());
    cache.save(now);
  };
  const auto all_there = [&] {
    const StatCache cache(file);
    CHECK(cache.find("007", settled_stat(1000)) == sha256("new"));
    CHECK(cache.find("extra", settled_stat(1001)) == sha256("more"));
    CHECK(cache.find("000", settled_stat(1)) == sha256("0"));
    CHECK(cache.find("099", settled_stat(100)) == sha256("99"));
  };
  note("007", 1000, "new", kNow);
  note("extra", 1001, "more", kNow);
  CHECK(read_file(file) == old);
  CHECK(StatTable(beside).size() == 2);
  all_there();

  SECTION("when they are no longer few, all is written anew") {
    for (int i = 0; i < 5; ++i) note("more-" + std::to_string(i), 1, "x", kNow);
    CHECK_FALSE(find_stat(beside));
    CHECK(StatTable(file).size() == 106);
    all_there();
  }
  SECTION("when the file is a week old, too") {
    const auto written = UtcTime::from_seconds(find_stat(file)->mtime_ns / 1'000'000'000);
    note("007", 1000, "new", written + std::chrono::hours(24 * 7 + 1));
    CHECK_FALSE(find_stat(beside));
    CHECK(StatTable(file).size() == 1);  // nobody had asked for those of 2001
  }
  SECTION("damage of either costs no more than what it held") {
    write_file(beside, "nonsense", Durability::cache);
    CHECK(StatCache(file).find("000", settled_stat(1)) == sha256("0"));
    CHECK_FALSE(StatCache(file).find("extra", settled_stat(1001)));
    write_file(file, "nonsense", Durability::cache);
    CHECK_FALSE(StatCache(file).find("000", settled_stat(1)));
  }
}

TEST_CASE("many threads look up and record at once", "[workspace]") {
  const test::TempDir dir;
  const fs::path file = dir / "stat.idx";
  StatCache cache(file);
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t t = 0; t < 4; ++t) {
      threads.emplace_back([&cache, t] {
        for (std::uint64_t i = 0; i < 500; ++i) {
          const std::string path = fmt::format("{}/{}", i % 7, i);
          if (!cache.find(path, settled_stat(i))) cache.record(path, settled_stat(i), sha256(path), cache.now());
          static_cast<void>(t);
        }
      });
    }
  }
  cache.save(kNow);
  const StatCache again(file);
  for (std::uint64_t i = 0; i < 500; ++i) {
    const std::string path = fmt::format("{}/{}", i % 7, i);
    CHECK(again.find(path, settled_stat(i)) == sha256(path));
  }
}

TEST_CASE("the first process makes the cache's directory, and its digests are found by the next", "[workspace]") {
  const test::TempDir dir;
  remember(dir / "stat/main.idx", {{"a", sha256("A")}});
  CHECK(StatCache(dir / "stat/main.idx").find("a", settled_stat(1)) == sha256("A"));
}

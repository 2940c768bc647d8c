#include <fcntl.h>
#include <sys/stat.h>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/dir_place.hpp"
#include "lib/store/object_store.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

// A large object that is put into a directory, where an attempt before may have left half of it.
using namespace mlo;

namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;

struct Half : test::TestWorld {
  Half() {
    fs::create_directories(dir / "far");
    dir.write("large", bytes);
  }
  ino_t inode(const fs::path& path) const {
    struct stat st {};
    REQUIRE(::stat(path.c_str(), &st) == 0);
    return st.st_ino;
  }
  void put(const Moved& moved = {}) {
    DirPlace place(world, dir / "far");
    place.put_file(name, dir / "large", digest, moved);
    place.settle();
  }
  std::vector<std::string> litter() const {
    std::vector<std::string> names;
    for (const DirEntry& entry : list_dir(dir / "far")) {
      if (StagingDir::owns(entry.name)) names.push_back(entry.name);
    }
    return names;
  }

  std::string bytes = std::string(9 * kMebibyte, 'a') + std::string(9 * kMebibyte + 5, 'b');
  Digest digest = sha256(bytes);
  std::string name = "objects/" + ObjectStore::relative_path(digest);
  fs::path half = dir / "far" / DirPlace::half_name(digest);
  fs::path whole = dir / "far" / name;
};

}  // namespace

TEST_CASE("a large object that was half there is gone on with", "[remote]") {
  Half w;
  const std::uint64_t there = GENERATE(0ULL, 1ULL, 10 * kMebibyte + 77, 18 * kMebibyte + 5);
  write_file(w.half, w.bytes.substr(0, there));
  const ino_t inode = w.inode(w.half);
  std::uint64_t told = 0;
  w.put([&](std::uint64_t bytes) { told += bytes; });
  CHECK(told == w.bytes.size());
  CHECK(w.inode(w.whole) == inode);
  CHECK(read_file(w.whole) == w.bytes);
  CHECK((find_stat(w.whole)->mode & 0777U) == 0444);
  CHECK(w.litter().empty());
}

TEST_CASE("half an object that is damaged, or longer than the whole, is written anew", "[remote]") {
  Half w;
  const std::string there = GENERATE(true, false) ? std::string(5 * kMebibyte, 'x') : w.bytes + "more";
  write_file(w.half, there);
  w.put();
  CHECK(read_file(w.whole) == w.bytes);
  CHECK(w.litter().empty());
}

TEST_CASE("who stops a put leaves what came, who fails leaves nothing", "[remote]") {
  Half w;
  const ErrorKind why = GENERATE(ErrorKind::interrupted, ErrorKind::io);
  std::uint64_t told = 0;
  const auto stop = [&](std::uint64_t bytes) {
    if ((told += bytes) > 10 * kMebibyte) throw Error(why, "no more");
  };
  CHECK_THROWS_AS(w.put(stop), Error);
  CHECK_FALSE(find_stat(w.whole));
  if (why == ErrorKind::io) {
    CHECK(w.litter().empty());
    return;
  }
  CHECK(w.litter() == std::vector<std::string>{w.half.filename()});
  const ino_t inode = w.inode(w.half);
  const std::string came = read_file(w.half);
  CHECK(came.size() > 8 * kMebibyte);
  CHECK(w.bytes.starts_with(came));
  w.put();
  CHECK(w.inode(w.whole) == inode);
  CHECK(read_file(w.whole) == w.bytes);
}

TEST_CASE("half an object waits while a far end that nobody speaks to any more holds on to another half", "[remote]") {
  Half w;
  DirPlace place(w.world, w.dir / "far");
  const auto put_half = [&](std::uint64_t size) {
    DirPlace::Incoming incoming(place, w.name, w.digest, w.bytes.size());
    const std::uint64_t there = incoming.there();
    incoming.add(w.bytes.substr(there, size));
    incoming.keep();
    return there;
  };
  DirPlace::Incoming forlorn(place, w.name, w.digest, w.bytes.size());
  forlorn.add(w.bytes.substr(0, 1000));
  CHECK(put_half(2000) == 0);
  CHECK(put_half(3000) == 2000);
  CHECK(put_half(0) == 5000);
  CHECK(find_stat(w.dir / "far" / DirPlace::half_name(w.digest, 1))->size == 5000);
  CHECK_FALSE(find_stat(w.dir / "far" / DirPlace::half_name(w.digest, 2)));
  forlorn.keep();
}

TEST_CASE("two who put the same large object do not disturb each other", "[remote]") {
  Half w;
  DirPlace place(w.world, w.dir / "far");
  DirPlace::Incoming first(place, w.name, w.digest, w.bytes.size());
  first.add(w.bytes.substr(0, 1000));
  DirPlace::Incoming second(place, w.name, w.digest, w.bytes.size());
  CHECK(second.there() == 0);
  second.add(w.bytes);
  second.publish();
  CHECK(read_file(w.whole) == w.bytes);
  first.add(w.bytes.substr(1000));
  first.publish();
  CHECK(read_file(w.whole) == w.bytes);
}

TEST_CASE("half an object that nobody came back to for a week is removed by another put", "[remote]") {
  Half w;
  const std::int64_t now = w.world.clock.now().seconds();
  for (const auto& [days, stays] : {std::pair(8, false), std::pair(6, true)}) {
    const fs::path other = w.dir / "far" / DirPlace::half_name(sha256("other"));
    write_file(other, "half");
    const timespec times[2] = {{now - days * 86400, 0}, {now - days * 86400, 0}};
    REQUIRE(::utimensat(AT_FDCWD, other.c_str(), times, 0) == 0);
    DirPlace(w.world, w.dir / "far").put("check-0123456789abcdef", "x");
    CHECK(find_stat(other).has_value() == stays);
  }
}

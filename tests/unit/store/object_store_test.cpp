#include "lib/store/object_store.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "lib/crypto/sha256.hpp"
#include "lib/store/staging.hpp"
#include "lib/util/parallel.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using test::TempDir;

namespace {

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

std::vector<std::string> names_in(const fs::path& dir) {
  std::vector<std::string> names;
  for (const DirEntry& entry : list_dir(dir)) names.push_back(entry.name);
  return names;
}

std::size_t files_below(const fs::path& dir) {
  const auto is_file = [](const fs::directory_entry& entry) { return entry.is_regular_file(); };
  return static_cast<std::size_t>(
      std::count_if(fs::recursive_directory_iterator(dir), fs::recursive_directory_iterator(), is_file));
}

void overwrite(const fs::path& file, std::string_view bytes) {
  REQUIRE(::chmod(file.c_str(), 0644) == 0);
  write_file(file, bytes, Durability::cache);
}

}  // namespace

TEST_CASE("an object is a read-only file named by the digest of its bytes", "[store]") {
  const TempDir dir;
  auto writer = std::make_unique<ObjectStore>(dir / "objects");
  const Digest id = writer->put("abc");
  writer.reset();
  CHECK(id == sha256("abc"));
  const ObjectStore store(dir / "objects");
  const fs::path file = dir / "objects" / "ba" / "7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  CHECK(*store.find_file_of(id) == file);
  CHECK(read_file(file) == "abc");
  CHECK((find_stat(file)->mode & 0777U) == 0444U);
  CHECK(store.has(id));
  CHECK(store.get(id) == "abc");
  CHECK(store.find_size(id) == 3U);
  CHECK(names_in(dir / "objects") == std::vector<std::string>{"ba"});
}

TEST_CASE("an absent object is not_found, a changed one corrupt", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  CHECK_FALSE(store.has(sha256("x")));
  CHECK(kind_of([&] { store.get(sha256("x")); }) == ErrorKind::not_found);
  CHECK(kind_of([&] { store.verify(sha256("x")); }) == ErrorKind::not_found);
  const Digest id = store.put("abc");
  CHECK(store.verify(id));
  overwrite(*store.find_file_of(id), "abd");
  CHECK_FALSE(store.verify(id));
  CHECK(kind_of([&] { store.get(id); }) == ErrorKind::corrupt);
  CHECK_FALSE(store.has(id));
  CHECK(read_file(dir / "quarantine" / id.hex()) == "abd");
  store.put("abc");
  overwrite(*store.find_file_of(id), "abe");
  CHECK(kind_of([&] { store.check_out(id, dir / "out", false, LinkType::copy); }) == ErrorKind::corrupt);
  CHECK_FALSE(find_stat(dir / "out"));
  CHECK(read_file(dir / "quarantine" / id.hex()) == "abe");
  CHECK(store.put("abc") == id);
  CHECK(store.verify(id));
}

TEST_CASE("storing an object again replaces one that lost bytes", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  const Digest id = store.put("abc");
  overwrite(*store.find_file_of(id), "");
  store.put("abc");
  CHECK(store.verify(id));
}

TEST_CASE("a batch shows nothing before commit and leaves nothing without it", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  {
    ObjectStore::Batch batch(store);
    const Digest id = batch.put("abc");
    CHECK_FALSE(store.has(id));
  }
  CHECK(files_below(dir / "objects") == 1);  // the lock of the open store
  ObjectStore::Batch batch(store);
  const Digest a = batch.put("a");
  batch.put("a");
  batch.commit();
  CHECK(store.verify(a));
  const Digest b = batch.put("b");
  batch.commit();
  CHECK(store.verify(b));
}

TEST_CASE("a store whose directory was removed under it starts anew", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  store.put("before");
  fs::remove_all(dir / "objects");
  CHECK(store.verify(store.put("after")));
}

TEST_CASE("many threads fill one batch, duplicates included", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  ObjectStore::Batch batch(store);
  parallel_for(400, 8, [&](std::size_t i) { batch.put(std::to_string(i % 150)); });
  batch.commit();
  for (int i = 0; i < 150; ++i) CHECK(store.get(sha256(std::to_string(i))) == std::to_string(i));
}

TEST_CASE("a file is stored by its content, small or large", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{5}, std::size_t{1} << 20U, (std::size_t{1} << 20U) + 1, std::size_t{20'000'000}}) {
    const std::string bytes(size, 'q');
    dir.write("f", bytes);
    ObjectStore::Batch batch(store);
    const auto added = batch.put_file(dir / "f");
    batch.commit();
    CHECK(added.id == sha256(bytes));
    CHECK(added.size == size);
    CHECK(added.stat == *find_stat(dir / "f"));
    CHECK(store.verify(added.id));
    fs::remove(dir / "out");
    store.check_out(added.id, dir / "out", size == 5, LinkType::reflink);
    CHECK(read_file(dir / "out") == bytes);
    CHECK((find_stat(dir / "out")->mode & 0100U) == (size == 5 ? 0100U : 0U));
  }
}

TEST_CASE("checking out never overwrites a file nor follows a link", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  const Digest id = store.put("abc");
  dir.write("there", "mine");
  CHECK_THROWS_AS(store.check_out(id, dir / "there", false, LinkType::copy), Error);
  CHECK(read_file(dir / "there") == "mine");
  fs::create_symlink(dir / "elsewhere", dir / "link");
  CHECK_THROWS_AS(store.check_out(id, dir / "link", false, LinkType::copy), Error);
  CHECK_FALSE(find_stat(dir / "elsewhere"));
}

TEST_CASE("what is not a regular file is refused without waiting", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  ObjectStore::Batch batch(store);
  REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
  CHECK(kind_of([&] { batch.put_file(dir / "fifo"); }) == ErrorKind::invalid);
  fs::create_symlink("fifo", dir / "link");
  CHECK(kind_of([&] { batch.put_file(dir / "link"); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { batch.put_file(dir / "none"); }) == ErrorKind::not_found);
}

TEST_CASE("a file that keeps changing is a conflict, never a wrong object", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  dir.write("f", std::string(30'000'000, 'a'));
  std::jthread writer([&](const std::stop_token& stop) {
    const UniqueFd fd(::open((dir / "f").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    while (!stop.stop_requested()) write_all(fd.get(), "b", dir / "f");
  });
  ObjectStore::Batch batch(store);
  CHECK(kind_of([&] { batch.put_file(dir / "f"); }) == ErrorKind::conflict);
  batch.commit();
  CHECK(names_in(dir / "objects").size() == 2);  // the batch's own staging only
}

TEST_CASE("bytes from elsewhere are stored only under the name they have", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  ObjectStore::Batch batch(store);
  const auto give = [&](std::string_view bytes) { return [&dir, bytes](int fd) { write_all(fd, bytes, dir.path()); }; };
  CHECK(batch.put_from(sha256("abc"), 0, give("abc")) == 3);
  CHECK(kind_of([&] { batch.put_from(sha256("abd"), 0, give("abc")); }) == ErrorKind::corrupt);
  batch.commit();
  CHECK(store.verify(sha256("abc")));
  CHECK_FALSE(store.has(sha256("abd")));
}

TEST_CASE("two processes store the same objects at once", "[store]") {
  const TempDir dir;
  const auto fill = [&] {
    ObjectStore store(dir / "objects");
    for (int round = 0; round < 10; ++round) {
      ObjectStore::Batch batch(store);
      for (int i = 0; i < 40; ++i) batch.put(fmt::format("{} {}", round, i));
      batch.commit();
    }
  };
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      fill();
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  fill();
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  const ObjectStore store(dir / "objects");
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < 40; ++i) CHECK(store.verify(sha256(fmt::format("{} {}", round, i))));
  }
}

TEST_CASE("what a killed process left is removed by the next batch, what a live one holds is not", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  ObjectStore::Batch live(store);
  const Digest id = live.put("live");
  const pid_t child = ::fork();
  if (child == 0) {
    ObjectStore killed(dir / "objects");
    ObjectStore::Batch dead(killed);
    dead.put("dead");
    ::kill(::getpid(), SIGKILL);
  }
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(names_in(dir / "objects").size() == 4);  // two locks, two directories
  ObjectStore(dir / "objects").put("next");
  CHECK(names_in(dir / "objects").size() == 3);
  live.commit();
  CHECK(store.verify(id));
}

TEST_CASE("a full disk is an error that leaves the store as it was", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  store.put("before");
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::signal(SIGXFSZ, SIG_IGN);
    ObjectStore full(dir / "objects");
    const bool refused = kind_of([&] { full.put(std::string(5000, 'x')); }) == ErrorKind::io;
    ::_exit(refused && files_below(dir / "objects") == 3 ? 0 : 1);  // the object, two locks
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(store.verify(sha256("before")));
}

TEST_CASE("walking a tree visits every entry with its path, and names a missing subtree", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects");
  const TreeEntry file{.kind = TreeEntryKind::file, .size = 3, .id = store.put("abc"), .name = "f"};
  const TreeEntry sub{.kind = TreeEntryKind::directory, .size = 3, .id = store.put_tree({file}), .name = "d"};
  const Digest root = store.put_tree({sub, file});
  std::vector<std::string> paths;
  walk_tree(store, root, [&](const std::string& path, const TreeEntry&) { paths.push_back(path); });
  CHECK(paths == std::vector<std::string>{"d", "d/f", "f"});
  fs::remove(*store.find_file_of(sub.id));
  CHECK(kind_of([&] { walk_tree(store, root, [](const std::string&, const TreeEntry&) {}); }) == ErrorKind::not_found);
  const Digest lie = store.put("not a tree");
  CHECK(kind_of([&] { store.get_tree(lie); }) == ErrorKind::corrupt);
}

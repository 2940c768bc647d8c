#include <sys/wait.h>
#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "lib/store/object_store.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using test::TempDir;

namespace {

const StoreRules kInPages{.compress = true, .page_trees = true, .threads = 2};

std::string large_tree() {
  Tree tree;
  for (int i = 0; i < 20'000; ++i)
    tree.push_back({TreeEntryKind::file, 7, sha256(std::to_string(i)), fmt::format("image-{:07}.jpg", i)});
  return encode_tree(tree);
}

}  // namespace

TEST_CASE("the file that an object in parts is given goes with the store, or after a kill with the next", "[store]") {
  const TempDir dir;
  const std::string bytes = large_tree();
  const Digest id = sha256(bytes);
  ObjectStore(dir / "objects", kInPages).put(bytes);
  const auto files = [&] {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(dir.path()))
      count += entry.is_regular_file() && entry.file_size() == bytes.size() ? 1 : 0;
    return count;
  };
  {
    ObjectStore store(dir / "objects", kInPages);
    const fs::path file = store.file_of(id);
    CHECK(read_file(file) == bytes);
    CHECK(store.file_of(id) == file);
    CHECK_FALSE(store.find_file_of(id));
    CHECK(files() == 1);
  }
  CHECK(files() == 0);
  CHECK(ObjectStore(dir / "objects").verify(id));
  // Killed meanwhile: nobody removed it.
  const pid_t child = ::fork();
  if (child == 0) {
    ObjectStore killed(dir / "objects", kInPages);
    static_cast<void>(killed.file_of(id));
    ::_exit(0);
  }
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  CHECK(files() == 1);
  ObjectStore(dir / "objects").put("more");
  CHECK(files() == 0);
}

TEST_CASE("lost parts give no file", "[store]") {
  const TempDir dir;
  ObjectStore store(dir / "objects", kInPages);
  const Digest id = store.put(large_tree());
  remove_tree(dir / "packs");
  CHECK_THROWS_AS(ObjectStore(dir / "objects").file_of(id), Error);
  const fs::path first = store.file_of(store.put("alone"));
  CHECK(read_file(first) == "alone");
  CHECK(store.find_file_of(sha256("alone")) == first);
}

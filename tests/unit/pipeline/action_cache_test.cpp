#include "lib/pipeline/action_cache.hpp"

#include <thread>

#include "lib/crypto/sha256.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

ActionRecord result(const std::string& action, const std::string& run = "r", double seconds = 0.1) {
  ActionRecord record;
  record.key = sha256(action);
  record.run = run;
  record.seconds = seconds;
  record.outputs = {{"out/" + action, {}, true}};
  record.metrics["auc"] = {3, 0.5, UtcTime::from_micros(7)};
  record.log = sha256("log of " + action);
  return record;
}

std::size_t files_in(const fs::path& root) {
  const auto entries = list_dir(root);
  return static_cast<std::size_t>(
      std::count_if(entries.begin(), entries.end(), [](const DirEntry& entry) { return entry.name != "lock"; }));
}

std::string run_of(const ActionCache& cache, const std::string& action) {
  const auto found = cache.find(sha256(action));
  return found ? found->run : "";
}

struct Place {
  const test::TempDir temp;
  const fs::path root = temp / "actions";
  /// The only file there is.
  fs::path file() const {
    for (const DirEntry& entry : list_dir(root)) {
      if (entry.name != "lock") return root / entry.name;
    }
    return {};
  }
};

}  // namespace

TEST_CASE("a result is found again as it was, the last one of each action", "[pipeline]") {
  const Place place;
  const ActionCache cache(place.root);
  CHECK_FALSE(cache.find(sha256("a")));
  CHECK(cache.all().empty());
  CHECK_FALSE(find_stat(place.root));  // nothing is made by looking
  cache.store({result("a", "r1"), result("b", "r1", 5)});
  const auto a = cache.find(sha256("a"));
  REQUIRE(a);
  CHECK(a->outputs.at(0).path == "out/a");
  CHECK(a->outputs.at(0).stored);
  CHECK(a->metrics.at("auc").value == 0.5);
  CHECK(a->log == sha256("log of a"));
  CHECK_FALSE(a->series);
  cache.store({result("a", "r2")});
  CHECK(run_of(cache, "a") == "r2");
  CHECK(run_of(cache, "b") == "r1");
  cache.store({});
  const ActionCache other(place.root);
  CHECK(run_of(other, "a") == "r2");
  const auto all = other.all();
  REQUIRE(all.size() == 2);
  CHECK(all[0].key < all[1].key);
}

TEST_CASE("results that are stored one by one lie in few files", "[pipeline]") {
  const Place place;
  const ActionCache cache(place.root);
  for (int i = 0; i < 300; ++i) cache.store({result(std::to_string(i % 250), std::to_string(i))});
  CHECK(files_in(place.root) <= 9);
  for (int i = 0; i < 250; ++i) CHECK(run_of(cache, std::to_string(i)) == std::to_string(i < 50 ? i + 250 : i));
  CHECK(cache.all().size() == 250);
}

TEST_CASE("what another process stores is found", "[pipeline]") {
  const Place place;
  const ActionCache ours(place.root), theirs(place.root);
  ours.store({result("a")});
  CHECK(run_of(ours, "b").empty());
  theirs.store({result("b", "theirs")});
  CHECK(run_of(ours, "b") == "theirs");
  for (int i = 0; i < 20; ++i) theirs.store({result("a", "later")});  // folds what ours looks into
  CHECK(run_of(ours, "b") == "theirs");
}

TEST_CASE("many who store at once lose nothing", "[pipeline]") {
  const Place place;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&place, t] {
        const ActionCache own(place.root);
        for (int i = 0; i < 25; ++i) own.store({result(fmt::format("{} {}", t, i))});
      });
    }
  }
  CHECK(ActionCache(place.root).all().size() == 100);
}

TEST_CASE("damaged results are no results, and go with the next fold", "[pipeline]") {
  const Place place;
  ActionCache(place.root).store({result("a"), result("b"), result("c")});
  const std::string whole = read_file(place.file());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x10);
    write_file(place.file(), bytes, Durability::cache);
    const ActionCache cache(place.root);
    std::size_t found = 0;
    for (const char* action : {"a", "b", "c"}) {
      const auto record = cache.find(sha256(action));
      found += record ? 1U : 0U;
      if (record) CHECK(record->outputs.at(0).path == fmt::format("out/{}", action));
    }
    CHECK(found <= 2);
    CHECK(cache.all().size() == found);
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file(place.file(), whole.substr(0, size), Durability::cache);
    CHECK(ActionCache(place.root).all().size() < 3);
  }
  write_file(place.file(), "", Durability::cache);  // what a power cut leaves
  const ActionCache cache(place.root);
  cache.store({result("d")});
  CHECK(files_in(place.root) == 1);
  CHECK(run_of(cache, "d") == "r");
}

TEST_CASE("what cannot be read is left out, and stays", "[pipeline]") {
  const Place place;
  make_dirs(place.root / "00000000000000ff-0123456789abcdef");
  const ActionCache cache(place.root);
  CHECK(cache.all().empty());
  cache.store({result("a")});
  CHECK(run_of(cache, "a") == "r");
  CHECK(find_stat(place.root / "00000000000000ff-0123456789abcdef"));
}

TEST_CASE("results that an older mlo kept in a file each are taken over", "[pipeline]") {
  const Place place;
  for (const char* action : {"a", "b"}) {
    const std::string hex = sha256(action).hex();
    write_file(place.root / hex.substr(0, 2) / hex.substr(2), encode_action(result(action, "old")));
  }
  write_file(place.root / "00" / "no key", "x");
  CHECK(run_of(ActionCache(place.root), "b") == "old");
  CHECK(files_in(place.root) == 1);
  ActionCache(place.root).store({result("a", "new")});
  CHECK(run_of(ActionCache(place.root), "a") == "new");
}

#include "lib/data/data_usage.hpp"

#include "lib/data/add.hpp"
#include "lib/data/datasets.hpp"
#include "lib/store/usage.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

struct Repository : test::TestWorld {
  explicit Repository(std::string_view config = "") {
    git_init();
    Workspace::init(world);
    if (!config.empty()) dir.write(".git/mlo/config.yaml", fmt::format("mlo: config/1\n{}", config));
    workspace.emplace(Workspace::open(world));
  }
  void add(const std::string& path) {
    add_datasets(*workspace, {.paths = {path}, .name = {}, .source = {}, .message = {}, .commit = true});
  }
  std::uint64_t tree_size(const std::string& name) {
    return *workspace->store().find_size(load_dataset(*workspace, name).tree);
  }
  std::optional<Workspace> workspace;
};

/// Nothing in it repeats.
std::string noise(std::size_t size) {
  std::string bytes;
  for (std::uint64_t x = 1; bytes.size() < size; x = x * 6364136223846793005U + 1442695040888963407U)
    bytes.push_back(static_cast<char>(x >> 56U));
  return bytes;
}

}  // namespace

TEST_CASE("what a dataset takes: its own, what it shares, and what only its old versions need", "[data]") {
  Repository repository;
  Workspace& workspace = *repository.workspace;
  repository.dir.write("a/old", std::string(1000, 'o'));
  repository.dir.write("a/both", std::string(10, 'b'));
  repository.add("a");
  const std::uint64_t old_tree = repository.tree_size("a");
  repository.dir.write("a/old", std::string(100, 'n'));
  repository.add("a");
  repository.dir.write("b/x", std::string(10, 'b'));
  repository.dir.write("b/y", std::string(10, 'b'));
  repository.add("b");
  const std::uint64_t trees = repository.tree_size("a") + repository.tree_size("b");

  const auto [datasets, total] = measure_datasets(workspace, {}, History::measure);
  REQUIRE(datasets.size() == 2);
  CHECK(datasets[0].bytes.stored == 110 + repository.tree_size("a"));
  CHECK(datasets[0].bytes.shared == 10);
  CHECK(datasets[0].versions == 2);
  CHECK(datasets[0].bytes.old == 1000 + old_tree);
  CHECK(datasets[0].absent == 0);
  CHECK(datasets[1].bytes.stored == 10 + repository.tree_size("b"));  // the same content twice
  CHECK(datasets[1].manifest.bytes == 20);
  CHECK(datasets[1].bytes.old == 0);
  CHECK(total.stored == 110 + trees);
  CHECK(total.shared == 10);
  CHECK(total.old == 1000 + old_tree);
  CHECK(total.stored + total.old == measure_store(workspace.store()).total());

  const DataUsage only = measure_datasets(workspace, {"b"}, History::skip);
  REQUIRE(only.datasets.size() == 1);
  CHECK(only.datasets[0].bytes.shared == 10);  // with one that nobody asked for
  CHECK(only.datasets[0].versions == 0);
  CHECK(only.total.stored == only.datasets[0].bytes.stored);
}

TEST_CASE("of a file in parts the disk is counted, not the file and again its parts", "[data]") {
  Repository repository("cut:\n  names: [\"*.csv\"]\n  min_bytes: 1048576\n");
  const std::string first = noise(3U << 20U);
  repository.dir.write("big.csv", first);
  repository.add("big.csv");
  repository.dir.write("big.csv", first + "one line more\n");
  repository.add("big.csv");

  const DatasetUsage usage = measure_datasets(*repository.workspace, {}, History::measure).datasets.at(0);
  const StoreUsage store = measure_store(repository.workspace->store());
  CHECK(usage.bytes.stored > first.size());
  CHECK(usage.bytes.stored < first.size() + (64U << 10U));
  CHECK(usage.bytes.old > 0);
  CHECK(usage.bytes.old < first.size() / 2);
  // All records of all packs, but for the packs' heads.
  CHECK(usage.bytes.stored + usage.bytes.old <= store.packs.bytes);
  CHECK(usage.bytes.stored + usage.bytes.old >= store.packs.bytes - 64);
}

TEST_CASE("what is compressed takes what it takes on disk", "[data]") {
  Repository repository;
  for (int i = 0; i < 20; ++i)
    repository.dir.write(fmt::format("d/{}", i), std::string(10'000, static_cast<char>('a' + i)));
  repository.add("d");
  const DatasetUsage usage = measure_datasets(*repository.workspace, {}, History::skip).datasets.at(0);
  CHECK(usage.manifest.bytes == 200'000);
  CHECK(usage.bytes.stored < 10'000);
}

#include "lib/store/pack_writer.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/util/parallel.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

TEST_CASE("however many threads add, as many packs grow at once as the writer was told", "[store]") {
  // 200 kB each: with a pack for each of eight threads all would be on disk before the first were full.
  const auto text = [](std::size_t i) { return std::string(200'000, static_cast<char>(i)) + std::to_string(i); };
  constexpr std::size_t kThreads = 8, kObjects = 160;
  for (const unsigned most : {1U, 2U}) {
    const test::TempDir dir;
    StagingDir staging(dir.path());
    PackWriter writer(staging, most);
    parallel_for(kObjects, kThreads, [&](std::size_t i) { writer.add(sha256(text(i)), text(i)); });
    CHECK(writer.size() == kObjects);
    const std::vector<FinishedPack> packs = writer.take();
    CHECK(packs.size() <= most);
    std::size_t objects = 0;
    for (const FinishedPack& pack : packs) {
      objects += pack.objects.size();
      staging.remove(pack.staged);
    }
    CHECK(objects == kObjects);
  }
}

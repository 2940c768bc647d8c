#include "lib/remote/packed_remote.hpp"

#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/dir_place.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

/// Remembers where in memory the packs are that it is given.
struct WatchedPlace : DirPlace {
  WatchedPlace(const World& world, fs::path dir, std::set<const char*>& seen)
      : DirPlace(world, std::move(dir)), packs(seen) {}
  void put(const std::string& name, std::string_view bytes) override {
    if (name.starts_with(kPacksAt)) packs.insert(bytes.data());
    DirPlace::put(name, bytes);
  }
  std::set<const char*>& packs;
};

}  // namespace

TEST_CASE("however many packs a push sends, the memory is that of few", "[remote]") {
  test::TestWorld w;
  fs::create_directories(w.dir / ".mlo/local");
  std::set<const char*> packs;
  PackedRemote remote(w.world, {"origin", (w.dir / "r").string()}, w.dir.path(),
                      std::make_unique<WatchedPlace>(w.world, w.dir / "r", packs));
  remote.init();
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 4; ++i) {
      const std::string bytes = fmt::format("{} {}", round, std::string(100'000, static_cast<char>('a' + i)));
      remote.put_bytes(sha256(bytes), bytes);
    }
    remote.flush();
  }
  CHECK(packs.size() <= 3);
  CHECK(list_dir(w.dir / "r/packs").size() == 20);
}

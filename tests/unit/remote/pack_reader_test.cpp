#include "lib/remote/pack_reader.hpp"

#include <thread>

#include "lib/remote/dir_place.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

TEST_CASE("a reader of packs outside a workspace leaves nothing, whoever comes first", "[remote]") {
  test::TestWorld w;
  fs::create_directories(w.dir / "scratch");
  w.env["TMPDIR"] = (w.dir / "scratch").string();
  for (int round = 0; round < 20; ++round) {
    DirPlace place(w.world, w.dir / "r");
    PackReader reader(w.world, "origin", w.dir.path(), place);
    std::atomic<int> made = 0;
    {
      std::vector<std::jthread> threads;
      for (int i = 0; i < 8; ++i) threads.emplace_back([&] { made += reader.scratch_file() ? 1 : 0; });
    }
    CHECK(made == 8);
    CHECK(list_dir(w.dir / "scratch").size() == 1);
  }
  CHECK(list_dir(w.dir / "scratch").empty());
}

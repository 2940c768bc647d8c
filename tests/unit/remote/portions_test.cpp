#include "lib/remote/portions.hpp"

#include "lib/crypto/sha256.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

struct Watched : test::TestWorld {
  test::RecordedProgress recorded;
  World now{clock, rng, env, log, recorded, stop.get_token(), 2, dir.path()};
  std::vector<ObjectRef> objects{{sha256("a"), 100, "d"}, {sha256("b"), 50, "d"}};
  void move(const std::function<void(std::size_t, const Moved&)>& action) {
    move_in_portions(now, "moving", objects, now.threads, action, [] {});
  }
};

}  // namespace

TEST_CASE("an object's bytes show as they move, each once, and all of them in the end", "[remote]") {
  Watched w;
  w.objects.resize(1);
  w.move([&](std::size_t, const Moved& moved) {
    CHECK((w.recorded.label == "moving" && w.recorded.total == 100));
    moved(30);
    CHECK(w.recorded.sum == 30);
    moved(20);
    CHECK(w.recorded.sum == 50);
    moved(90);  // tried again
    CHECK(w.recorded.sum == 100);
    moved(10);
  });
  CHECK(w.recorded.steps == std::vector<std::uint64_t>{30, 20, 50});
  w.move([&](std::size_t, const Moved& moved) { moved(1); });
  CHECK(w.recorded.steps == std::vector<std::uint64_t>{1, 99});
}

TEST_CASE("what many threads tell of is never more than there is", "[remote]") {
  Watched w;
  w.objects.assign(1000, {sha256("a"), 1000, "d"});
  w.now.threads = 4;
  w.move([&](std::size_t, const Moved& moved) {
    for (int i = 0; i < 300; ++i) moved(7);
  });
  CHECK(w.recorded.sum == w.recorded.total);
  CHECK(w.recorded.total == 1'000'000);
}

TEST_CASE("a wish to stop is heard in the middle of an object", "[remote]") {
  Watched w;
  try {
    w.move([&](std::size_t, const Moved& moved) {
      moved(1);
      w.stop.request_stop();
      moved(1);
      FAIL("nothing stopped");
    });
    FAIL("nothing stopped");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::interrupted);
  }
  CHECK(w.recorded.sum == 1);
}

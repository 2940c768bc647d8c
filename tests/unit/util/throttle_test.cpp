#include "lib/util/throttle.hpp"

#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "tests/support/test.hpp"
#include "tests/support/timed_world.hpp"

using namespace mlo;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMegabyte = 1'000'000;

}  // namespace

TEST_CASE("what is taken has its time before more is", "[util]") {
  test::TimedWorld w;
  Throttle throttle(w.now, kMegabyte);
  throttle.take(kMegabyte);
  CHECK(w.time.monotonic() == 0s);
  throttle.take(2 * kMegabyte);
  CHECK(w.time.monotonic() == 1s);
  throttle.take(1);
  CHECK(w.time.monotonic() == 3s);
  // Time that nobody used is not saved up.
  w.time.set(103s);
  throttle.take(kMegabyte);
  throttle.take(1);
  CHECK(w.time.monotonic() == 104s);
}

TEST_CASE("no limit costs no time, and many that take together keep to one rate", "[util]") {
  test::TimedWorld w;
  Throttle none(w.now, 0);
  none.take(UINT64_MAX);
  none.take(UINT64_MAX);
  CHECK(w.time.monotonic() == 0s);
  Throttle throttle(w.now, 1000);
  parallel_for(100, 4, [&](std::size_t) { throttle.take(100); });
  CHECK(w.time.monotonic() >= 9'900ms);
}

TEST_CASE("who waits for his turn hears a wish to stop", "[util]") {
  test::TimedWorld w;
  Throttle throttle(w.now, 1);
  throttle.take(100);
  w.stop.request_stop();
  try {
    throttle.take(1);
    FAIL("nothing stopped");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::interrupted);
  }
}

#include "cli/stderr_sink.hpp"

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using namespace std::chrono_literals;

namespace {

/// A terminal of 100 columns, and what is on its last line.
struct Screen {
  Screen() {
    host.clock = &clock;
    host.width = 100;
    host.err = [this](std::string_view bytes) { written += bytes; };
    sink.set_bars(true);
  }
  std::string line() const {
    const std::size_t at = written.rfind("\x1b[K");
    return at == std::string::npos ? "" : written.substr(at + 3);
  }
  test::StandingClock clock;
  cli::Host host;
  std::string written;
  cli::StderrSink sink{host, false};
};

constexpr std::uint64_t kMegabyte = 1'000'000;

}  // namespace

TEST_CASE("a bar tells the share, the time left and the rate", "[cli]") {
  Screen screen;
  const auto task = screen.sink.start("pulling", ProgressUnit::bytes, 100 * kMegabyte);
  screen.clock.set(10s);
  task->advance(25 * kMegabyte);
  CHECK(screen.line() == "pulling  [======                  ]  25 %  30.0 s left  2.5 MB/s");
  screen.clock.set(20s);
  task->advance(50 * kMegabyte);
  CHECK(screen.line() == "pulling  [==================      ]  75 %  6.7 s left  3.8 MB/s");
  screen.clock.set(25s);
  task->advance(25 * kMegabyte);
  CHECK(screen.line() == "pulling  [========================] 100 %  4.0 MB/s");
}

TEST_CASE("hours are told as hours, and what has no total by what is done", "[cli]") {
  Screen screen;
  auto task = screen.sink.start("pushing", ProgressUnit::bytes, 10'000 * kMegabyte);
  screen.clock.set(100s);
  task->advance(100 * kMegabyte);
  CHECK(screen.line() == "pushing  [                        ]   1 %  2 h 45 min left  1.0 MB/s");
  task.reset();
  CHECK(screen.line().empty());
  task = screen.sink.start("reading", ProgressUnit::items, 0);
  screen.clock.set(102s);
  task->advance(3000);
  CHECK(screen.line() == "reading  3,000  1,500/s");
}

TEST_CASE("the rate is that of the last seconds, whatever was there at once", "[cli]") {
  Screen screen;
  const auto task = screen.sink.start("pulling", ProgressUnit::bytes, 1000 * kMegabyte);
  task->advance(900 * kMegabyte);  // of an earlier attempt
  for (int second = 1; second <= 20; ++second) {
    screen.clock.set(std::chrono::seconds(second));
    task->advance(kMegabyte);
  }
  CHECK(screen.line() == "pulling  [======================  ]  92 %  1 min 20 s left  1.0 MB/s");
}

TEST_CASE("what is quick shows no bar, and a bar is drawn ten times a second at most", "[cli]") {
  Screen screen;
  {
    const auto task = screen.sink.start("pulling", ProgressUnit::bytes, 100);
    screen.clock.set(299ms);
    task->advance(10);
    CHECK(screen.written.empty());
    screen.clock.set(300ms);
    task->advance(10);
    const std::string first = screen.written;
    CHECK(first.find("20 %") != std::string::npos);
    screen.clock.set(399ms);
    task->advance(10);
    CHECK(screen.written == first);
    screen.clock.set(400ms);
    task->advance(10);
    CHECK(screen.line().find("40 %") != std::string::npos);
  }
  CHECK(screen.line().empty());
  screen.written.clear();
  screen.sink.set_bars(false);
  const auto task = screen.sink.start("pulling", ProgressUnit::bytes, 100);
  screen.clock.set(100s);
  task->advance(10);
  CHECK(screen.written.empty());
}

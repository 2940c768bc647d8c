#include "lib/remote/throttle.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/remote/ssh_connection.hpp"
#include "lib/util/parallel.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using std::chrono::nanoseconds;
using std::chrono::seconds;

namespace {

/// Stands still but for who sleeps.
class SleepingClock : public Clock {
 public:
  UtcTime now() override { return {}; }
  nanoseconds monotonic() override { return nanoseconds(time_.load()); }
  void sleep(nanoseconds time) { time_ += time.count(); }
  nanoseconds slept() const { return nanoseconds(time_.load()); }

 private:
  std::atomic<std::int64_t> time_ = 0;
};

struct Timed : test::TestWorld {
  SleepingClock time;
  World now{time, rng, env, log, progress, stop.get_token(), 2, dir.path()};
  Throttle make(std::uint64_t rate) {
    return Throttle(now, rate, [this](nanoseconds pause) { time.sleep(pause); });
  }
};

constexpr std::uint64_t kMegabyte = 1'000'000;

}  // namespace

TEST_CASE("what is taken has its time before more is", "[remote]") {
  Timed w;
  Throttle throttle = w.make(kMegabyte);
  throttle.take(kMegabyte);
  CHECK(w.time.slept() == seconds(0));
  throttle.take(2 * kMegabyte);
  CHECK(w.time.slept() == seconds(1));
  throttle.take(1);
  CHECK(w.time.slept() == seconds(3));
  // Time that nobody used is not saved up.
  w.time.sleep(seconds(100));
  throttle.take(kMegabyte);
  throttle.take(1);
  CHECK(w.time.slept() == seconds(104));
}

TEST_CASE("no limit costs no time, and many that take together keep to one rate", "[remote]") {
  Timed w;
  Throttle none = w.make(0);
  none.take(UINT64_MAX);
  none.take(UINT64_MAX);
  CHECK(w.time.slept() == seconds(0));
  Throttle throttle = w.make(1000);
  parallel_for(100, 4, [&](std::size_t) { throttle.take(100); });
  CHECK(w.time.slept() >= std::chrono::milliseconds(9'900));
}

TEST_CASE("what comes and goes by ssh keeps to the rate", "[remote]") {
  Timed w;
  const std::string megabyte(kMegabyte, 'x');
  std::string answer;
  for (int i = 0; i < 5; ++i) answer += wire::encode(1, wire::Kind::data, megabyte);
  w.dir.write("answer", answer + wire::encode(1, wire::Kind::end, "1"));
  const auto talk = [&](const std::string& far, const std::function<void(SshConnection&)>& action) {
    Throttle in = w.make(kMegabyte), out = w.make(kMegabyte);
    const nanoseconds before = w.time.slept();
    SshConnection connection(w.now, {"sh", "-c", "echo mlo remote serve 1; " + far}, "host", in, out);
    action(connection);
    return w.time.slept() - before;
  };
  const nanoseconds fetched = talk("head -c 1 > /dev/null; cat answer", [&](SshConnection& connection) {
    CHECK(connection.ask(wire::Kind::find, "x").bytes.size() == 5 * kMegabyte);
  });
  CHECK(fetched >= std::chrono::milliseconds(4'500));
  CHECK(fetched <= std::chrono::milliseconds(5'100));
  const nanoseconds sent = talk("cat > /dev/null", [&](SshConnection& connection) {
    int left = 5;
    try {
      connection.put({"x", sha256("x")}, [&]() -> std::string_view {
        if (left-- > 0) return megabyte;
        w.stop.request_stop();  // nobody answers
        return {};
      });
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::interrupted);
    }
  });
  CHECK(sent >= std::chrono::milliseconds(4'500));
  CHECK(sent <= std::chrono::milliseconds(5'100));
}

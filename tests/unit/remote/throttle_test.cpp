#include "lib/util/throttle.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/remote/dir_place.hpp"
#include "lib/remote/ssh_connection.hpp"
#include "tests/support/test.hpp"
#include "tests/support/timed_world.hpp"

using namespace mlo;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMegabyte = 1'000'000;

}  // namespace

TEST_CASE("what comes and goes by ssh keeps to the rate", "[remote]") {
  test::TimedWorld w;
  const std::string megabyte(kMegabyte, 'x');
  std::string answer;
  for (int i = 0; i < 5; ++i) answer += wire::encode(1, wire::Kind::data, megabyte);
  w.dir.write("answer", answer + wire::encode(1, wire::Kind::end, "1"));
  const auto talk = [&](const std::string& far, const std::function<void(SshConnection&)>& action) {
    Throttle in(w.now, kMegabyte), out(w.now, kMegabyte);
    const auto before = w.time.monotonic();
    SshConnection connection(w.now, {"sh", "-c", "echo mlo remote serve 2; " + far}, "host", in, out);
    action(connection);
    return w.time.monotonic() - before;
  };
  const auto fetched = talk("head -c 1 > /dev/null; cat answer", [&](SshConnection& connection) {
    CHECK(connection.ask(wire::Kind::find, "x").bytes.size() == 5 * kMegabyte);
  });
  CHECK(fetched >= 4'500ms);
  CHECK(fetched <= 5'100ms);
  const auto sent = talk("cat > /dev/null", [&](SshConnection& connection) {
    int left = 5;
    try {
      connection.put({"x", sha256("x")}, [&](std::uint64_t) -> std::string_view {
        if (left-- > 0) return megabyte;
        w.stop.request_stop();  // nobody answers
        return {};
      });
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::interrupted);
    }
  });
  CHECK(sent >= 4'500ms);
  CHECK(sent <= 5'100ms);
}

TEST_CASE("what is read from and written to a directory keeps to the rate", "[remote]") {
  test::TimedWorld w;
  const std::string bytes(5 * kMegabyte, 'x');
  const std::string packed = "packs/" + std::string(64, 'a') + ".pack", whole = "objects/aa/" + std::string(62, 'a');
  fs::create_directories(w.dir / "far");
  w.dir.write("file", bytes);
  DirPlace place(w.now, w.dir / "far", kMegabyte);
  const auto time_of = [&](const std::function<void()>& action) {
    const auto before = w.time.monotonic();
    action();
    return w.time.monotonic() - before;
  };
  const auto fetch = [&](const std::optional<FileRange>& range) {
    const TempFile out = TempFile::beside(w.dir / "out");
    CHECK(place.get(whole, range, {.fd = out.fd(), .path = out.path()}));
    CHECK(read_file(out.path()) == bytes.substr(0, range ? range->size : bytes.size()));
  };
  for (const auto taken : {time_of([&] { place.put(packed, bytes); }),
                           time_of([&] { place.put_file(whole, (w.dir / "file").string(), sha256(bytes), {}); }),
                           time_of([&] { fetch({}); })}) {
    CHECK(taken >= 4'000ms);
    CHECK(taken <= 6'000ms);
  }
  CHECK(time_of([&] { fetch(FileRange{0, 2 * kMegabyte}); }) >= 1'500ms);
  DirPlace unbounded(w.now, w.dir / "far");
  CHECK(time_of([&] { unbounded.put("packs/" + std::string(64, 'b') + ".pack", bytes); }) == 0s);
}

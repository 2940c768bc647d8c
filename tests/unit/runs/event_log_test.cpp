#include "lib/runs/event_log.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <limits>

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

namespace mlo {
namespace {

struct LogWorld {
  test::TempDir dir;
  LogWorld() { create_event_log(dir.path()); }
  std::string bytes() const { return read_file(dir / "events.log"); }
  void set_bytes(std::string_view text) const { dir.write("events.log", text); }
  void log(const std::string& key, double value, std::int64_t step = 0) const {
    append_events(dir.path(), {MetricEvent{key, value, step, UtcTime::from_micros(step)}});
  }
  std::vector<double> values() const {
    std::vector<double> out;
    for (const RunEvent& e : read_events(dir.path()).events) out.push_back(std::get<MetricEvent>(e).value);
    return out;
  }
};

}  // namespace

TEST_CASE("events come back as they were logged", "[runs]") {
  const LogWorld w;
  const Digest id = *Digest::from_hex_text(std::string(64, 'a'));
  append_events(
      w.dir.path(),
      {MetricEvent{"recall[carrier=AA]", std::numeric_limits<double>::quiet_NaN(), -3, UtcTime::from_micros(-1)},
       ParamEvent{"model.depth", Value(6)}, ParamEvent{"lr", Value(0.1)}, ParamEvent{"name", Value("a\nb")},
       ParamEvent{"none", Value()}, ParamEvent{"yes", Value(true)}, TagEvent{"team", "flights \xE2\x9C\x88"},
       ArtifactEvent{{"out/model", id, true, 1ULL << 40U, 7, true}}});
  const EventLog log = read_events(w.dir.path());
  REQUIRE(log.events.size() == 8);
  CHECK(log.damaged_bytes == 0);
  const auto& metric = std::get<MetricEvent>(log.events[0]);
  CHECK(metric.key == "recall[carrier=AA]");
  CHECK(std::isnan(metric.value));
  CHECK(metric.step == -3);
  CHECK(metric.time == UtcTime::from_micros(-1));
  CHECK(std::get<ParamEvent>(log.events[1]).value == Value(6));
  CHECK(std::get<ParamEvent>(log.events[2]).value == Value(0.1));
  CHECK(std::get<ParamEvent>(log.events[3]).value == Value("a\nb"));
  CHECK(std::get<ParamEvent>(log.events[4]).value == Value());
  CHECK(std::get<ParamEvent>(log.events[5]).value == Value(true));
  CHECK(std::get<TagEvent>(log.events[6]).value == "flights \xE2\x9C\x88");
  CHECK(std::get<ArtifactEvent>(log.events[7]).artifact == Artifact{"out/model", id, true, 1ULL << 40U, 7, true});
}

TEST_CASE("a frame torn at any byte loses only itself, also when others follow", "[runs]") {
  const LogWorld w;
  w.log("a", 1);
  const std::size_t first = w.bytes().size();
  w.log("a", 2);
  const std::string two = w.bytes();
  for (std::size_t cut = first + 1; cut < two.size(); ++cut) {
    w.set_bytes(two.substr(0, cut));
    CHECK(w.values() == std::vector<double>{1});
    CHECK(read_events(w.dir.path()).damaged_bytes == cut - first);
    w.log("a", 3);
    CHECK(w.values() == std::vector<double>{1, 3});
  }
}

TEST_CASE("a flipped bit anywhere loses exactly one event", "[runs]") {
  const LogWorld w;
  for (int i = 1; i <= 3; ++i) w.log("loss", i, i);
  const std::string good = w.bytes();
  const std::size_t frame = good.size() / 3;
  for (std::size_t bit = frame * 8; bit < 2 * frame * 8; ++bit) {
    std::string bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    w.set_bytes(bad);
    CHECK(w.values() == std::vector<double>{1, 3});
  }
}

TEST_CASE("any number of processes log at once", "[runs]") {
  const LogWorld w;
  constexpr int kProcesses = 4, kEach = 200;
  for (int p = 0; p < kProcesses; ++p) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      for (int i = 0; i < kEach; ++i) w.log("worker" + std::to_string(p), i, i);
      ::_exit(0);
    }
  }
  for (int p = 0; p < kProcesses; ++p) {
    int status = 0;
    ::wait(&status);
    CHECK(status == 0);
  }
  const EventLog log = read_events(w.dir.path());
  CHECK(log.damaged_bytes == 0);
  REQUIRE(log.events.size() == kProcesses * kEach);
  std::map<std::string, std::int64_t> next;
  for (const RunEvent& e : log.events) {
    const auto& metric = std::get<MetricEvent>(e);
    CHECK(metric.step == next[metric.key]++);
  }
}

TEST_CASE("a key that is not one is refused before anything is written", "[runs]") {
  const LogWorld w;
  for (const char* key : {"",
                          "a\x01"
                          "b",
                          "a\tb", "/a", "a/../b", "loss\n", "\xFF"}) {
    CHECK_THROWS_AS(append_events(w.dir.path(), {MetricEvent{"good", 1, 0, {}}, MetricEvent{key, 1, 0, {}}}), Error);
  }
  CHECK_THROWS_AS(append_events(w.dir.path(), {ParamEvent{"p", Value(std::string(2U << 20U, 'x'))}}), Error);
  CHECK_THROWS_AS(append_events(w.dir.path(), {ArtifactEvent{{"../x", {}, false, 0, 0, true}}}), Error);
  CHECK(w.bytes().empty());
}

TEST_CASE("foreign bytes that pass the checksum are still held to the rules", "[runs]") {
  const LogWorld w;
  ByteWriter body;
  body.u8('m');
  body.u32(3);
  body.raw("a\x1B[");
  for (int i = 0; i < 3; ++i) body.u64(0);
  ByteWriter length;
  length.u32(static_cast<std::uint32_t>(body.str().size()));
  ByteWriter frame;
  frame.raw("\xE5mlo");
  frame.raw(length.str());
  frame.u32(crc32c(bytes_of(length.str() + body.str())));
  frame.raw(body.str());
  CHECK(decode_events(frame.str()).events.empty());
  CHECK(decode_events(frame.str()).damaged_bytes == frame.str().size());
}

TEST_CASE("nothing can be logged to a run that ended", "[runs]") {
  const LogWorld w;
  w.log("a", 1);
  close_event_log(w.dir.path());
  CHECK_THROWS_AS(w.log("a", 2), Error);
  CHECK(w.values() == std::vector<double>{1});
  CHECK_THROWS_AS(append_events(w.dir / "absent", {TagEvent{"a", "b"}}), Error);
}

}  // namespace mlo

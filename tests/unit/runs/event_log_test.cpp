#include "lib/runs/event_log.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "lib/crypto/sha256.hpp"
#include "lib/runs/fold.hpp"
#include "lib/util/lock_file.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

struct Live {
  test::TempDir dir;
  std::optional<LockFile> lock = LockFile::try_acquire(dir / "lock", "test");
  std::string bytes() const { return find_file(dir / "events.log").value_or(""); }
};

std::size_t count(const fs::path& dir) { return read_events(dir).events.size(); }

}  // namespace

TEST_CASE("events come back as they were appended", "[runs]") {
  Live live;
  const Artifact artifact{"plots/roc.png", sha256("x"), false, 12, 0, true};
  append_events(live.dir.path(), {MetricEvent{"loss", 0.25, 7, UtcTime::from_micros(5)}, ParamEvent{"lr", Value(0.1)}});
  append_events(live.dir.path(), {TagEvent{"team", "a b\n"}, ArtifactEvent{artifact}});
  const EventLog log = read_events(live.dir.path());
  REQUIRE(log.events.size() == 4);
  CHECK(log.damaged_bytes == 0);
  const auto& metric = std::get<MetricEvent>(log.events[0]);
  CHECK((metric.key == "loss" && metric.value == 0.25 && metric.step == 7 && metric.time == UtcTime::from_micros(5)));
  CHECK(std::get<ParamEvent>(log.events[1]).value == Value(0.1));
  CHECK(std::get<TagEvent>(log.events[2]).value == "a b\n");
  CHECK(std::get<ArtifactEvent>(log.events[3]).artifact == artifact);
}

TEST_CASE("a torn or flipped frame costs itself and nothing else", "[runs]") {
  Live live;
  for (int i = 0; i < 3; ++i) append_events(live.dir.path(), {MetricEvent{"m", double(i), i, {}}});
  const std::string whole = live.bytes();
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string flipped = whole;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x40);
    const EventLog log = decode_events(flipped);
    CHECK(log.events.size() == 2);
    CHECK(log.damaged_bytes == whole.size() / 3);
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(decode_events(whole.substr(0, size)).events.size() == size / (whole.size() / 3));
  }
  write_file(live.dir / "events.log", whole.substr(0, whole.size() - 3));
  append_events(live.dir.path(), {MetricEvent{"m", 9, 9, {}}});
  CHECK(count(live.dir.path()) == 3);
}

TEST_CASE("many processes append at once and nothing is lost", "[runs]") {
  Live live;
  constexpr int kProcesses = 8, kEach = 50;
  for (int p = 0; p < kProcesses; ++p) {
    if (::fork() == 0) {
      for (int i = 0; i < kEach; ++i) append_events(live.dir.path(), {MetricEvent{"m", double(i), p, {}}});
      ::_exit(0);
    }
  }
  int status = 0;
  while (::wait(&status) > 0) CHECK(status == 0);
  CHECK(count(live.dir.path()) == kProcesses * kEach);
}

TEST_CASE("keys that could forge a path or a line are refused, and so is a run that is over", "[runs]") {
  Live live;
  for (const char* key : {"", "a\nb", "../a", "/a", "a\x1b[0m"}) CHECK_THROWS_AS(append_events(live.dir.path(), {MetricEvent{key, 1, 0, {}}}), Error);
  CHECK_THROWS_AS(append_events(live.dir.path(), {ArtifactEvent{{"../x", {}, false, 0, 0, true}}}), Error);
  CHECK(live.bytes().empty());
  live.lock.reset();
  CHECK_THROWS_WITH(append_events(live.dir.path(), {MetricEvent{"a", 1, 0, {}}}), Catch::Contains("is not running"));
}

TEST_CASE("the last value of a metric is that of its highest step", "[runs]") {
  RunRecord record;
  MetricSeries series;
  fold_events({MetricEvent{"m", 1, 5, {}}, MetricEvent{"m", 2, 9, {}}, MetricEvent{"m", 3, 7, {}}, MetricEvent{"m", 4, 9, {}}}, record, series);
  CHECK(record.metrics.at("m").value == 4);
  CHECK(series.at("m").size() == 4);
  CHECK(emit_series(parse_series(emit_series(series), "s")) == emit_series(series));
  CHECK_THROWS_AS(parse_series("{\"key\":\"m\"}\n", "s"), Error);
}

TEST_CASE("metric lines are read, and a bad one is a warning that names it", "[runs]") {
  test::CollectedLog log;
  const auto events = read_metric_lines(
      "{\"step\": 10, \"loss\": 0.31, \"acc\": 1}\n\n{\"loss\": \"NaN\", \"time\": 2.5}\nnot json\n{\"loss\": \"high\"}\n[1]\n{\"../x\": 1}\n{\"step\": 1.5, \"a\": 1}\n{\"a\":",
      "metrics.jsonl", UtcTime::from_seconds(7), log);
  REQUIRE(events.size() == 3);
  CHECK(std::get<MetricEvent>(events[0]).step == 10);
  CHECK(std::get<MetricEvent>(events[1]).time == UtcTime::from_seconds(7));
  CHECK(std::get<MetricEvent>(events[2]).time == UtcTime::from_micros(2'500'000));
  REQUIRE(log.lines.size() == 6);
  CHECK(log.lines[0].find("metrics.jsonl line 4") != std::string::npos);
  CHECK(log.lines[5].find("line 9") != std::string::npos);
}

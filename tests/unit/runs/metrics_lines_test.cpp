#include "lib/runs/metrics_lines.hpp"

#include <cmath>

#include "lib/util/error.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

struct Read {
  Series series;
  std::vector<std::string> warnings;
  explicit Read(std::string_view text, LastLine last = LastLine::complete) {
    read_metrics_lines(text, last, UtcTime::from_seconds(7), series, [&](std::size_t line, std::string_view why) {
      warnings.push_back(fmt::format("{}: {}", line, why));
    });
  }
};

}  // namespace

TEST_CASE("every number in a line is a point", "[runs]") {
  const Read r(
      "{\"step\": 10, \"loss\": 0.31, \"val\": {\"auc\": 1}, \"epoch_name\": \"x\", \"ok\": true}\n{\"loss\": "
      "0.2}\n\n");
  CHECK(r.warnings.empty());
  REQUIRE(r.series.size() == 2);
  CHECK(r.series.at("loss")[0].step == 10);
  CHECK(r.series.at("loss")[1].step == 1);
  CHECK(r.series.at("val/auc")[0].value == 1);
}

TEST_CASE("Python's NaN and Infinity count, times are read in every spelling", "[runs]") {
  const Read r(
      "{\"a\": NaN, \"b\": -Infinity, \"c\": \"Infinity\", \"note\": \"NaN \\\" NaN\", \"time\": 1000000000}\n"
      "{\"a\": 1, \"timestamp\": 1000000000000}\n{\"a\": 2, \"time\": \"2001-09-09T01:46:40Z\"}\n{\"a\": 3}");
  CHECK(r.warnings.empty());
  CHECK(std::isnan(r.series.at("a")[0].value));
  CHECK(std::isinf(r.series.at("b")[0].value));
  CHECK(r.series.at("c")[0].value > 0);
  for (int i = 0; i < 3; ++i)
    CHECK(r.series.at("a")[static_cast<std::size_t>(i)].time == UtcTime::from_seconds(1'000'000'000));
  CHECK(r.series.at("a")[3].time == UtcTime::from_seconds(7));
}

TEST_CASE("a malformed line is named and costs only itself", "[runs]") {
  const Read r(
      "{\"a\": 1}\nnot json\n[1]\n{\"step\": 1.5, \"a\": 2}\n{\"bad\\nkey\": 1}\n{\"a\": 1, \"time\": "
      "\"noon\"}\n{\"a\": 3}\n{\"a\":");
  CHECK(r.series.at("a").size() == 2);
  CHECK(r.warnings.size() == 6);
  CHECK(r.warnings[0] == "2: it is not JSON");
  CHECK(Read("{\"a\": 1}\n{\"a\":", LastLine::partial).warnings.empty());
}

TEST_CASE("the series file reads back, and nothing else does", "[runs]") {
  Series series = {{"a[x=y, z]", {{2, 0.1, UtcTime::from_micros(5)}, {1, std::nan(""), UtcTime::from_micros(9)}}},
                   {"b", {{0, 1e300, {}}}}};
  sort_series(series);
  CHECK(emit_series(parse_series(emit_series(series), "s")) == emit_series(series));
  CHECK(last_points(series).at("a[x=y, z]").step == 2);
  for (const char* bad : {"", "key\n", "key\tstep\tvalue\ttime\na\t1\t2\n", "key\tstep\tvalue\ttime\na\tx\t2\t3\n",
                          "key\tstep\tvalue\ttime\n\x1B[1m\t1\t2\t3\n"}) {
    CHECK_THROWS_AS(parse_series(bad, "s"), Error);
  }
}

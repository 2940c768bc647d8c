#include "lib/runs/metrics_lines.hpp"
#include "lib/util/error.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

// A record with such a time could be written, and never be read again.
TEST_CASE("a time that no record can spell is refused where it enters", "[runs]") {
  Series series;
  std::vector<std::size_t> warned;
  const auto warn = [&](std::size_t line, std::string_view) { warned.push_back(line); };
  read_metrics_lines(
      "{\"time\": 9e14, \"a\": 1}\n{\"time\": -9e10, \"a\": 2}\n{\"time\": 253402300800000, \"a\": 3}\n{\"time\": "
      "981173106, \"a\": 4}\n",
      LastLine::complete, {}, series, warn);
  CHECK(warned == std::vector<std::size_t>{1, 2, 3});
  REQUIRE(series["a"].size() == 1);
  CHECK(format_utc(series["a"][0].time) == "2001-02-03T04:05:06.000000Z");
  CHECK_THROWS_AS(parse_series("key\tstep\tvalue\ttime\na\t0\t1\t900000000000000000\n", "series.tsv"), Error);
}

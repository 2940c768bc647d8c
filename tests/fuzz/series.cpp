#include "lib/runs/metrics_lines.hpp"
#include "lib/util/utc_time.hpp"
#include "tests/fuzz/fuzz.hpp"

// Lines that a training program wrote, and the series kept of them: what is taken can be written and read back.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  if (bytes.empty()) return;
  const std::string_view text = bytes.substr(1);
  if (bytes[0] == 's') {
    const std::string written = emit_series(parse_series(text, "series.tsv"));
    fuzz::require(emit_series(parse_series(written, "again.tsv")) == written);
    return;
  }
  Series series;
  read_metrics_lines(text, bytes[0] == 'p' ? LastLine::partial : LastLine::complete, {}, series,
                     [](std::size_t line, std::string_view why) { fuzz::require(line > 0 && !why.empty()); });
  sort_series(series);
  for (const auto& [key, point] : last_points(series)) fuzz::require(parse_utc(format_utc(point.time)) == point.time);
  const std::string written = emit_series(series);
  fuzz::require(emit_series(parse_series(written, "again.tsv")) == written);
}

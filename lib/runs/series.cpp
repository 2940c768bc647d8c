#include "lib/runs/series.hpp"

#include "lib/manifest/names.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kHeading = "key\tstep\tvalue\ttime";

}  // namespace

void sort_series(Series& series) {
  for (auto& [key, points] : series) {
    std::stable_sort(points.begin(), points.end(), [](const MetricPoint& a, const MetricPoint& b) {
      return std::tie(a.step, a.time) < std::tie(b.step, b.time);
    });
  }
}

std::map<std::string, MetricPoint> last_points(const Series& series) {
  std::map<std::string, MetricPoint> out;
  for (const auto& [key, points] : series) {
    if (!points.empty()) out.emplace(key, points.back());
  }
  return out;
}

std::string emit_series(const Series& series) {
  std::string out(kHeading);
  out += '\n';
  for (const auto& [key, points] : series) {
    for (const MetricPoint& p : points)
      fmt::format_to(std::back_inserter(out), "{}\t{}\t{}\t{}\n", key, p.step, format_double(p.value), p.time.micros());
  }
  return out;
}

Series parse_series(std::string_view text, std::string_view source) {
  Series out;
  const auto lines = split_lines(text);
  const auto fail = [&](std::size_t line, std::string_view why) {
    throw Error(ErrorKind::corrupt, fmt::format("{}:{}: {}", source, line + 1, why));
  };
  if (lines.empty() || lines[0] != kHeading) fail(0, "not a metric series");
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto cells = split(lines[i], '\t');
    if (cells.size() != 4 || !is_metric_key(cells[0])) fail(i, "not `key step value time`");
    const auto step = parse_i64(cells[1]), time = parse_i64(cells[3]);
    const auto value = parse_double(cells[2]);
    if (!step || !value || !time || !is_spellable(UtcTime::from_micros(*time))) fail(i, "not `key step value time`");
    out[std::string(cells[0])].push_back({*step, *value, UtcTime::from_micros(*time)});
  }
  sort_series(out);
  return out;
}

}  // namespace mlo

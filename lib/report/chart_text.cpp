#include <cmath>

#include "lib/report/chart.hpp"
#include "lib/report/chart_scale.hpp"
#include "lib/stats/axis_ticks.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// U+2800 plus the dots of a cell of two columns and four rows.
std::string braille(unsigned dots) {
  const unsigned code = 0x2800U + dots;
  return {static_cast<char>(0xE2), static_cast<char>(0x80U | (code >> 6U & 0x3FU)),
          static_cast<char>(0x80U | (code & 0x3FU))};
}

/// Dots, four or one to a row of text, each cell in the colour of who drew last.
class Canvas {
 public:
  Canvas(int columns, int rows, ChartMarks marks)
      : columns_(columns),
        rows_(rows),
        marks_(marks),
        cells_(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows)) {}

  int dots_x() const { return columns_ * (marks_ == ChartMarks::braille ? 2 : 1); }
  int dots_y() const { return rows_ * (marks_ == ChartMarks::braille ? 4 : 1); }

  void dot(int x, int y, int series) {
    if (x < 0 || y < 0 || x >= dots_x() || y >= dots_y()) return;
    static constexpr unsigned kDots[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    const bool fine = marks_ == ChartMarks::braille;
    Cell& cell = cells_[static_cast<std::size_t>(fine ? y / 4 : y) * static_cast<std::size_t>(columns_) +
                        static_cast<std::size_t>(fine ? x / 2 : x)];
    cell.dots |= fine ? kDots[y % 4][x % 2] : 1U;
    cell.series = series;
  }

  /// Bresenham's line.
  void line(int x0, int y0, int x1, int y1, int series) {
    const int dx = std::abs(x1 - x0), dy = -std::abs(y1 - y0), sx = x0 < x1 ? 1 : -1, sy = y0 < y1 ? 1 : -1;
    for (int error = dx + dy;;) {
      dot(x0, y0, series);
      if (x0 == x1 && y0 == y1) return;
      const int twice = 2 * error;
      if (twice >= dy) error += dy, x0 += sx;
      if (twice <= dx) error += dx, y0 += sy;
    }
  }

  void append_row(int row, std::vector<ChartPiece>& out) const {
    for (int x = 0; x < columns_; ++x) {
      const Cell& cell =
          cells_[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(x)];
      const int series = cell.dots == 0 ? -1 : cell.series;
      std::string mark = " ";
      if (cell.dots != 0)
        mark = marks_ == ChartMarks::braille ? braille(cell.dots)
                                             : std::string(1, static_cast<char>('a' + cell.series % 26));
      if (out.back().series == series)
        out.back().text += mark;
      else
        out.push_back({mark, series});
    }
  }

 private:
  struct Cell {
    unsigned dots = 0;
    int series = -1;
  };
  int columns_, rows_;
  ChartMarks marks_;
  std::vector<Cell> cells_;
};

int place(double value, const Extent& extent, int dots) {
  return static_cast<int>(std::lround(share_of(value, extent) * (dots - 1)));
}

Extent span_of(const std::vector<double>& ticks) { return {ticks.front(), ticks.back()}; }

void draw(Canvas& canvas, const Chart& chart, const Extent& x, const Extent& y) {
  for (std::size_t i = 0; i < chart.lines.size(); ++i) {
    bool joined = false;
    int last_x = 0, last_y = 0;
    for (const PlotPoint& p : chart.lines[i].points) {
      const bool drawn = is_drawable(p);
      if (drawn) {
        const int at_x = place(p.x, x, canvas.dots_x());
        const int at_y = canvas.dots_y() - 1 - place(p.y, y, canvas.dots_y());
        canvas.line(joined ? last_x : at_x, joined ? last_y : at_y, at_x, at_y, static_cast<int>(i));
        last_x = at_x;
        last_y = at_y;
      }
      joined = drawn;
    }
  }
}

/// Labels under their ticks, as far as they do not run into each other.
std::string x_axis_labels(const std::vector<double>& ticks, const std::vector<std::string>& labels, const Extent& x,
                          int margin, int columns) {
  std::string out(static_cast<std::size_t>(margin + columns + 16), ' ');
  int free = 0;
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    if (ticks[i] < x.low || ticks[i] > x.high) continue;
    const int size = static_cast<int>(labels[i].size());
    const int at =
        std::clamp(margin + place(ticks[i], x, columns) - size / 2, 0, margin + columns - std::min(size, columns));
    if (at < free) continue;
    out.replace(static_cast<std::size_t>(at), labels[i].size(), labels[i]);
    free = at + size + 2;
  }
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

ChartText line_chart(const Chart& chart, int width, int height, ChartMarks marks, bool utf8) {
  const Extents extents = extents_of(chart);
  const std::vector<double> y_ticks = axis_ticks(extents.y.low, extents.y.high, std::clamp(height * 2 / 3, 3, 7));
  const std::vector<std::string> y_labels = tick_labels(y_ticks);
  std::size_t margin = 0;
  for (const std::string& label : y_labels) margin = std::max(margin, label.size());
  const int columns = std::max(10, width - static_cast<int>(margin) - 2);
  const std::vector<double> x_ticks = axis_ticks(extents.x.low, extents.x.high, std::max(2, columns / 12));
  const Extent y = span_of(y_ticks), x = extents.x.low < extents.x.high ? extents.x : span_of(x_ticks);

  Canvas canvas(columns, height, marks);
  draw(canvas, chart, x, y);
  std::map<int, std::string> at_row;
  for (std::size_t i = 0; i < y_ticks.size(); ++i)
    at_row.emplace(height - 1 - place(y_ticks[i], y, height), y_labels[i]);
  ChartText out;
  for (int row = 0; row < height; ++row) {
    const auto label = at_row.find(row);
    const std::string axis = label == at_row.end() ? (utf8 ? "│" : "|") : (utf8 ? "┤" : "+");
    out.push_back({{fmt::format("{:>{}} {}", label == at_row.end() ? "" : label->second, margin, axis), -1}});
    canvas.append_row(row, out.back());
  }
  std::string floor;
  for (int i = 0; i < columns; ++i) floor += utf8 ? "─" : "-";
  out.push_back({{fmt::format("{:>{}} {}{}", "", margin, utf8 ? "└" : "+", floor), -1}});
  out.push_back({{x_axis_labels(x_ticks, tick_labels(x_ticks), x, static_cast<int>(margin) + 2, columns), -1}});
  out.push_back({{fmt::format("{:>{}}  {}", "", margin, printable(chart.x_label)), -1}});
  for (std::size_t i = 0; i < chart.lines.size(); ++i) {
    const std::string mark = marks == ChartMarks::letters ? std::string(1, static_cast<char>('a' + i % 26))
                             : utf8                       ? "━━"
                                                          : "--";
    out.push_back({{fmt::format("{:>{}}  ", "", margin), -1},
                   {mark, static_cast<int>(i)},
                   {" " + printable(chart.lines[i].label), -1}});
  }
  return out;
}

/// A bar from zero to the value in eighths of a column, or whole ones in ASCII.
std::string bar(double from, double to, const Extent& extent, int columns, bool utf8) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = [&](double v) { return static_cast<int>(std::lround(share_of(v, extent) * columns * 8)); };
  const int start = eighths(std::min(from, to)) / 8 * 8, end = std::max(eighths(std::max(from, to)), start);
  std::string out(static_cast<std::size_t>(start / 8), ' ');
  for (int i = start; i + 8 <= end; i += 8) out += utf8 ? "█" : "#";
  if (utf8) out += kEighths[(end - start) % 8];
  return out;
}

ChartText bar_chart(const Chart& chart, int width, bool utf8) {
  std::size_t label_width = 0, value_width = 0;
  std::vector<std::string> values;
  double low = 0, high = 0;
  for (const ChartLine& line : chart.lines) {
    const double value = line.points.empty() ? std::nan("") : line.points[0].y;
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
    values.push_back(fmt::format("{:.5g}", value));
    label_width = std::max(label_width, printable(line.label).size());
    value_width = std::max(value_width, values.back().size());
  }
  const Extent extent{low, high > low ? high : low + 1};
  const int columns = std::max(10, width - static_cast<int>(label_width + value_width) - 4);
  ChartText out;
  for (std::size_t i = 0; i < chart.lines.size(); ++i) {
    out.push_back(
        {{fmt::format("{:<{}}  {:>{}}  ", printable(chart.lines[i].label), label_width, values[i], value_width), -1}});
    if (chart.lines[i].points.empty() || !is_drawable(chart.lines[i].points[0])) continue;
    out.back().push_back({bar(0, chart.lines[i].points[0].y, extent, columns, utf8), static_cast<int>(i)});
  }
  return out;
}

}  // namespace

ChartText chart_text(const Chart& chart, int width, int height, ChartMarks marks, bool utf8) {
  width = std::clamp(width, 20, 1000);
  height = std::clamp(height, 5, 200);
  ChartText out = chart.is_bars() ? bar_chart(chart, width, utf8) : line_chart(chart, width, height, marks, utf8);
  for (auto& line : out) line.back().text.erase(line.back().text.find_last_not_of(' ') + 1);
  return out;
}

}  // namespace mlo

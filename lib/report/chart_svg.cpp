#include <cmath>

#include "lib/report/chart.hpp"
#include "lib/report/chart_scale.hpp"
#include "lib/report/markup.hpp"
#include "lib/stats/axis_ticks.hpp"

namespace mlo {
namespace {

constexpr int kWidth = 800, kLeft = 72, kRight = 24, kTop = 56, kPlotHeight = 320, kLegendRow = 22, kBarRow = 30;
constexpr std::size_t kMostPoints = 1500;  // more than the image has columns

// M. Okabe and K. Ito, "Color Universal Design", 2008, in an order that starts with the strongest contrast.
constexpr const char* kColours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                    "#E69F00", "#56B4E9", "#8C6BB1", "#7F7F7F"};

// Without CSS variables, which not every viewer of images knows.
constexpr std::string_view kStyle =
    "<style>\n"
    "  .mlo text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; fill: #1f2328; }\n"
    "  .mlo text.title { font-size: 17px; font-weight: 600; }\n"
    "  .mlo text.faint { fill: #6e7781; font-size: 12px; }\n"
    "  .mlo .paper { fill: #ffffff; }\n"
    "  .mlo .grid { stroke: #e6e8eb; stroke-width: 1; }\n"
    "  .mlo .line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }\n"
    "  @media (prefers-color-scheme: dark) {\n"
    "    .mlo text { fill: #e6edf3; }\n"
    "    .mlo text.faint { fill: #8d96a0; }\n"
    "    .mlo .paper { fill: #0d1117; }\n"
    "    .mlo .grid { stroke: #2b3138; }\n"
    "  }\n"
    "</style>\n";

const char* colour(std::size_t i) { return kColours[i % std::size(kColours)]; }

double scale(double v, const Extent& extent, double from, double to) {
  return from + share_of(v, extent) * (to - from);
}

std::string open(const Chart& chart, int height) {
  return fmt::format(
      "<svg class=\"mlo\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
      "role=\"img\" aria-label=\"{2}\">\n{3}"
      "<rect class=\"paper\" width=\"{0}\" height=\"{1}\" rx=\"8\"/>\n<text class=\"title\" x=\"{4}\" "
      "y=\"32\">{2}</text>\n",
      kWidth, height, escape_markup(chart.title), kStyle, kLeft);
}

/// The points between gaps as one path; a lone one as a dot.
std::string path(const ChartLine& line, const Extent& x, const Extent& y, std::size_t i) {
  std::string out;
  std::vector<PlotPoint> piece;
  const auto flush = [&] {
    const std::vector<PlotPoint> drawn = downsample(piece, kMostPoints);
    const auto px = [&](const PlotPoint& p) { return scale(p.x, x, kLeft, kWidth - kRight); };
    const auto py = [&](const PlotPoint& p) { return scale(p.y, y, kTop + kPlotHeight, kTop); };
    if (drawn.size() == 1) {
      out += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\" fill=\"{}\"/>\n", px(drawn[0]), py(drawn[0]),
                         colour(i));
    } else if (!drawn.empty()) {
      out += fmt::format("<path class=\"line\" stroke=\"{}\" d=\"", colour(i));
      for (std::size_t k = 0; k < drawn.size(); ++k)
        out += fmt::format("{}{:.1f} {:.1f}", k == 0 ? "M" : "L", px(drawn[k]), py(drawn[k]));
      out += fmt::format("\"><title>{}</title></path>\n", escape_markup(line.label));
    }
    piece.clear();
  };
  for (const PlotPoint& p : line.points) {
    if (is_drawable(p))
      piece.push_back(p);
    else
      flush();
  }
  flush();
  return out;
}

std::string line_image(const Chart& chart) {
  const Extents extents = extents_of(chart);
  const std::vector<double> y_ticks = axis_ticks(extents.y.low, extents.y.high, 6),
                            x_ticks = axis_ticks(extents.x.low, extents.x.high, 8);
  const std::vector<std::string> y_labels = tick_labels(y_ticks), x_labels = tick_labels(x_ticks);
  const Extent y{y_ticks.front(), y_ticks.back()},
      x = extents.x.low < extents.x.high ? extents.x : Extent{x_ticks.front(), x_ticks.back()};
  const int bottom = kTop + kPlotHeight, legend = bottom + 64;
  std::string out = open(chart, legend + static_cast<int>(chart.lines.size()) * kLegendRow);
  for (std::size_t i = 0; i < y_ticks.size(); ++i) {
    const double at = scale(y_ticks[i], y, bottom, kTop);
    out += fmt::format("<line class=\"grid\" x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>\n", kLeft,
                       kWidth - kRight, at, at);
    out += fmt::format("<text class=\"faint\" x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", kLeft - 10,
                       at + 4, y_labels[i]);
  }
  for (std::size_t i = 0; i < x_ticks.size(); ++i) {
    if (x_ticks[i] < x.low || x_ticks[i] > x.high) continue;
    out += fmt::format("<text class=\"faint\" x=\"{:.1f}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                       scale(x_ticks[i], x, kLeft, kWidth - kRight), bottom + 20, x_labels[i]);
  }
  out += fmt::format("<text class=\"faint\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>\n",
                     (kLeft + kWidth - kRight) / 2, bottom + 42, escape_markup(chart.x_label));
  for (std::size_t i = 0; i < chart.lines.size(); ++i) out += path(chart.lines[i], x, y, i);
  for (std::size_t i = 0; i < chart.lines.size(); ++i) {
    const int at = legend + static_cast<int>(i) * kLegendRow;
    out += fmt::format("<line x1=\"{0}\" x2=\"{1}\" y1=\"{2}\" y2=\"{2}\" stroke=\"{3}\" stroke-width=\"3\"/>", kLeft,
                       kLeft + 22, at - 4, colour(i));
    out += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", kLeft + 32, at, escape_markup(chart.lines[i].label));
  }
  return out + "</svg>\n";
}

std::string bar_image(const Chart& chart) {
  constexpr int kLabels = 200, kValues = 80;
  const Extents extents = extents_of(chart);
  const double low = std::min(0.0, extents.y.low), high = std::max(0.0, extents.y.high);
  const Extent x{low, high > low ? high : low + 1};
  std::string out = open(chart, kTop + static_cast<int>(chart.lines.size()) * kBarRow + 24);
  for (std::size_t i = 0; i < chart.lines.size(); ++i) {
    const ChartLine& line = chart.lines[i];
    const int at = kTop + static_cast<int>(i) * kBarRow;
    const double value = line.points.empty() ? std::nan("") : line.points[0].y;
    out += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n", kLabels - 12, at + 20,
                       escape_markup(line.label));
    if (std::isfinite(value)) {
      const double a = scale(std::min(0.0, value), x, kLabels, kWidth - kValues),
                   b = scale(std::max(0.0, value), x, kLabels, kWidth - kValues);
      out += fmt::format("<rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" rx=\"3\" fill=\"{}\"/>\n", a,
                         at + 5, std::max(1.0, b - a), kBarRow - 10, colour(0));
    }
    out += fmt::format("<text class=\"faint\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{:.5g}</text>\n", kWidth - kRight,
                       at + 20, value);
  }
  return out + "</svg>\n";
}

}  // namespace

std::string chart_svg(const Chart& chart) { return chart.is_bars() ? bar_image(chart) : line_image(chart); }

std::string chart_html(const Chart& chart) {
  std::string rows;
  for (const ChartLine& line : chart.lines) {
    double low = std::nan(""), high = low;
    for (const PlotPoint& p : line.points) {
      if (std::isfinite(p.y)) low = std::fmin(low, p.y), high = std::fmax(high, p.y);
    }
    rows += fmt::format("<tr><td>{}<td>{}<td>{:.6g}<td>{:.6g}<td>{:.6g}\n", escape_markup(line.label),
                        line.points.size(), line.points.empty() ? std::nan("") : line.points.back().y, low, high);
  }
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{0}</title>\n<style>\n"
      "  body {{ margin: 2rem auto; max-width: 50rem; padding: 0 1rem; font: 15px/1.5 system-ui, -apple-system, 'Segoe "
      "UI', Roboto, sans-serif;\n"
      "         color: #1f2328; background: #f6f8fa; }}\n"
      "  svg {{ width: 100%; height: auto; display: block; margin-bottom: 1.5rem; }}\n"
      "  table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }}\n"
      "  th, td {{ text-align: right; padding: .35rem .75rem; border-bottom: 1px solid #d0d7de; }}\n"
      "  th:first-child, td:first-child {{ text-align: left; }}\n"
      "  th {{ font-weight: 600; color: #6e7781; }}\n"
      "  @media (prefers-color-scheme: dark) {{ body {{ color: #e6edf3; background: #010409; }} th, td {{ "
      "border-color: #2b3138; }} }}\n"
      "</style>\n<body>\n{1}<table>\n<tr><th>run<th>points<th>last<th>least<th>most\n{2}</table>\n</html>\n",
      escape_markup(chart.title), chart_svg(chart), rows);
}

}  // namespace mlo

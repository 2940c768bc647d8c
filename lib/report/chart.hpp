#pragma once
#include <string>
#include <vector>

#include "lib/stats/downsample.hpp"

// One chart, drawn as text, as SVG or as a page. Text in it may come from anywhere.
namespace mlo {

struct ChartLine {
  std::string label;
  std::vector<PlotPoint> points;  ///< ascending in x; what is not finite is a gap
};

struct Chart {
  std::string title, x_label;
  std::vector<ChartLine> lines;
  /// True if no line has two points: then each is a bar, and x does not count.
  bool is_bars() const;
};

/// Pieces of one line of text; `series` says whose colour a piece has, -1 for the frame.
struct ChartPiece {
  std::string text;
  int series = -1;
};
using ChartText = std::vector<std::vector<ChartPiece>>;

/// braille: fine dots, lines told apart by colour. letters: one letter a line, for one colour or plain ASCII.
enum class ChartMarks { braille, letters };
/// `utf8` allows box drawing. At least 20 columns and 5 rows are used.
ChartText chart_text(const Chart& chart, int width, int height, ChartMarks marks, bool utf8);

/// A self-contained SVG image that follows the viewer's light or dark scheme.
std::string chart_svg(const Chart& chart);
/// A self-contained HTML page with the image and the figures as a table.
std::string chart_html(const Chart& chart);

}  // namespace mlo

#include "lib/report/chart.hpp"

#include <cmath>
#include <limits>

#include "tests/support/test.hpp"

using namespace mlo;

namespace {

std::string text_of(const ChartText& chart) {
  std::string out;
  for (const auto& line : chart) {
    for (const ChartPiece& piece : line) out += piece.text;
    out += '\n';
  }
  return out;
}

Chart diagonal() { return {"loss", "step", {{"run-a", {{0, 0}, {10, 10}}}}}; }

}  // namespace

TEST_CASE("a rising line rises, in letters and in dots", "[report]") {
  CHECK(text_of(chart_text(diagonal(), 24, 5, ChartMarks::letters, false)) ==
        "10 +                 aaa\n"
        "   |            aaaaa\n"
        " 5 +        aaaa\n"
        "   |   aaaaa\n"
        " 0 +aaa\n"
        "   +--------------------\n"
        "    0                 10\n"
        "    step\n"
        "    a run-a\n");
  const std::string fine = text_of(chart_text(diagonal(), 24, 5, ChartMarks::braille, true));
  CHECK(fine.find("\xE2\xA0") != std::string::npos);
  CHECK(fine.find("run-a") != std::string::npos);
}

TEST_CASE("single values are bars from zero", "[report]") {
  const Chart chart{"auc", "step", {{"a", {{0, 0.5}}}, {"bb", {{0, 1}}}, {"c", {{0, std::nan("")}}}}};
  CHECK(text_of(chart_text(chart, 29, 10, ChartMarks::letters, false)) ==
        "a   0.5  ##########\n"
        "bb    1  ####################\n"
        "c   nan\n");
  CHECK(chart_svg(chart).find("<rect x=") != std::string::npos);
}

TEST_CASE("what is not finite is a gap; no range or size breaks a chart", "[report]") {
  constexpr double kMax = std::numeric_limits<double>::max();
  const double nan = std::nan("");
  for (const std::vector<PlotPoint>& points : {std::vector<PlotPoint>{},
                                               {{0, nan}, {1, nan}},
                                               {{0, 1}, {1, nan}, {2, 1}},
                                               {{-kMax, -kMax}, {kMax, kMax}},
                                               {{5, 3}, {5, 3}},
                                               {{0, HUGE_VAL}, {1, 2}},
                                               {{1e18, 1}, {1e18 + 1, 2}}}) {
    const Chart chart{"t", "x", {{"r", points}}};
    for (const int size : {-5, 1, 20, 200}) {
      CHECK_FALSE(text_of(chart_text(chart, size, size, ChartMarks::braille, true)).empty());
    }
    const std::string svg = chart_svg(chart);
    for (std::size_t at = svg.find("<path"); at != std::string::npos; at = svg.find("<path", at + 1)) {
      CHECK(svg.substr(at, svg.find('>', at) - at).find("nan") == std::string::npos);
    }
  }
}

TEST_CASE("foreign text cannot leave its element or drive a terminal", "[report]") {
  const std::string hostile = "</svg><script>alert(\"1\")</script>&\x1B[2J";
  const Chart chart{hostile, hostile, {{hostile, {{0, 1}, {1, 2}}}}};
  for (const std::string& out :
       {chart_svg(chart), chart_html(chart), text_of(chart_text(chart, 80, 10, ChartMarks::letters, true))}) {
    CHECK(out.find('\x1B') == std::string::npos);
  }
  CHECK(chart_html(chart).find("<script>") == std::string::npos);
  CHECK(chart_html(chart).find("http") == chart_html(chart).find("http://www.w3.org/2000/svg"));
}

#include "lib/report/chart_scale.hpp"

#include <cmath>
#include <limits>

namespace mlo {

bool is_drawable(const PlotPoint& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

bool Chart::is_bars() const {
  return std::all_of(lines.begin(), lines.end(), [](const ChartLine& line) { return line.points.size() < 2; });
}

Extents extents_of(const Chart& chart) {
  Extents out{{0, 1}, {0, 1}};
  bool any = false;
  for (const ChartLine& line : chart.lines) {
    for (const PlotPoint& p : line.points) {
      if (!is_drawable(p)) continue;
      if (!any) out = {{p.x, p.x}, {p.y, p.y}};
      any = true;
      out.x = {std::min(out.x.low, p.x), std::max(out.x.high, p.x)};
      out.y = {std::min(out.y.low, p.y), std::max(out.y.high, p.y)};
    }
  }
  // A quarter of the largest number, so that no difference overflows.
  constexpr double kMost = std::numeric_limits<double>::max() / 4;
  for (Extent* extent : {&out.x, &out.y})
    *extent = {std::clamp(extent->low, -kMost, kMost), std::clamp(extent->high, -kMost, kMost)};
  return out;
}

double share_of(double value, const Extent& extent) {
  return (std::clamp(value, extent.low, extent.high) - extent.low) / (extent.high - extent.low);
}

}  // namespace mlo

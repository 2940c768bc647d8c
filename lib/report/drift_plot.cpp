#include "lib/report/drift_plot.hpp"

#include "lib/report/markup.hpp"

#include <algorithm>
#include <cmath>

namespace mlo::report {
namespace {

constexpr double kWidth = 320;
constexpr double kHeight = 96;
constexpr double kMargin = 2;  // for the line's width

double highest(const drift::Shape& shape) {
  double top = 0;
  for (const auto* side : {&shape.reference, &shape.current})
    top = std::max(top, *std::max_element(side->begin(), side->end()));
  return top;
}

std::string outline(const std::vector<double>& shares, double top) {
  const double step = kWidth / static_cast<double>(shares.size());
  std::string path = fmt::format("M0 {:.1f}", kHeight);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double height = shares[i] / top * (kHeight - kMargin);
    path += fmt::format("V{:.1f}H{:.1f}", kHeight - height, static_cast<double>(i + 1) * step);
  }
  return path + fmt::format("V{:.1f}", kHeight);
}

/// The reference as a filled outline, the current data as a line over it, on one scale.
std::string number_plot(const drift::ColumnDrift& column, double top) {
  const drift::Shape& shape = column.shape;
  double low = shape.edges.front();
  double high = shape.edges.back();
  if (const auto& a = column.reference.moments, &b = column.current.moments; a && b) {
    low = std::min(a->minimum, b->minimum);
    high = std::max(a->maximum, b->maximum);
  }
  return fmt::format(
      R"(<svg viewBox="0 0 {0:.0f} {1:.0f}" preserveAspectRatio="none" role="img" aria-label="both distributions">)"
      R"(<path class="ref" d="{2}"/><path class="cur" d="{3}"/></svg><p class="axis"><span>{4}</span><span>{5}</span></p>)",
      kWidth, kHeight, outline(shape.reference, top), outline(shape.current, top), short_number(low),
      short_number(high));
}

std::string category_plot(const drift::Shape& shape, double top) {
  std::string rows;
  for (std::size_t i = 0; i < shape.labels.size(); ++i) {
    const auto bar = [&](const char* side, double share) {
      return fmt::format(R"(<i class="{}" style="width:{:.1f}%"></i>)", side, share / top * 100);
    };
    const std::string name = escape_markup(shape.labels[i]);
    rows += fmt::format(R"(<span title="{0}">{0}</span><div>{1}{2}</div><span class="n">{3:.1f} / {4:.1f}%</span>)",
                        name, bar("ref", shape.reference[i]), bar("cur", shape.current[i]), shape.reference[i] * 100,
                        shape.current[i] * 100);
  }
  return "<div class=\"bars\">" + rows + "</div>";
}

}  // namespace

std::string short_number(double value) { return fmt::format("{:.4g}", value); }

std::string drift_plot(const drift::ColumnDrift& column) {
  const drift::Shape& shape = column.shape;
  if (shape.reference.empty()) return {};
  const double top = highest(shape);
  if (!(top > 0 && std::isfinite(top))) return {};
  return shape.labels.empty() ? number_plot(column, top) : category_plot(shape, top);
}

}  // namespace mlo::report

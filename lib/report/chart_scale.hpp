#pragma once
#include "lib/report/chart.hpp"

// Included only inside lib/report.
namespace mlo {

struct Extent {
  double low = 0, high = 0;
};
/// Of all finite points; [0, 1] if there is none.
struct Extents {
  Extent x, y;
};
Extents extents_of(const Chart& chart);

/// Where a value lies in an extent that is not empty, from 0 to 1.
double share_of(double value, const Extent& extent);

bool is_drawable(const PlotPoint& point);

}  // namespace mlo

#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace mlo {

struct PlotPoint {
  double x = 0, y = 0;
  bool operator==(const PlotPoint&) const = default;
};

/// At most `count` (>= 3) of the points, ascending in x, that look the same when drawn: Largest-Triangle-Three-Buckets
/// (S. Steinarsson, "Downsampling Time Series for Visual Representation", University of Iceland, 2013). First and last
/// stay.
std::vector<PlotPoint> downsample(std::span<const PlotPoint> points, std::size_t count);

}  // namespace mlo

#include "lib/stats/downsample.hpp"

#include <cmath>

namespace mlo {

std::vector<PlotPoint> downsample(std::span<const PlotPoint> points, std::size_t count) {
  if (points.size() <= count) return {points.begin(), points.end()};
  const std::size_t n = points.size(), buckets = count - 2;
  const auto begin_of = [&](std::size_t bucket) { return 1 + bucket * (n - 2) / buckets; };
  std::vector<PlotPoint> out = {points.front()};
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    // The mean of the next bucket, or the last point, is the far corner of the triangle.
    const std::size_t next = begin_of(bucket + 1), after = bucket + 1 == buckets ? n : begin_of(bucket + 2);
    PlotPoint mean;
    for (std::size_t i = next; i < after; ++i) {
      mean.x += points[i].x / static_cast<double>(after - next);
      mean.y += points[i].y / static_cast<double>(after - next);
    }
    const PlotPoint a = out.back();
    double largest = -1;
    PlotPoint chosen;
    for (std::size_t i = begin_of(bucket); i < next; ++i) {
      const double area = std::abs((a.x - mean.x) * (points[i].y - a.y) - (a.x - points[i].x) * (mean.y - a.y));
      if (!(area > largest)) continue;
      largest = area;
      chosen = points[i];
    }
    out.push_back(chosen);
  }
  out.push_back(points.back());
  return out;
}

}  // namespace mlo

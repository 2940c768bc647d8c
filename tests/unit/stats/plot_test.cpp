#include <cmath>
#include <limits>

#include "lib/stats/axis_ticks.hpp"
#include "lib/stats/downsample.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

TEST_CASE("ticks are round and cover the range", "[stats]") {
  CHECK(tick_labels(axis_ticks(0.12, 0.97, 6)) == std::vector<std::string>{"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(tick_labels(axis_ticks(-3, 12, 4)) == std::vector<std::string>{"-5", "0", "5", "10", "15"});
  constexpr double kMax = std::numeric_limits<double>::max();
  for (const auto& [low, high] :
       {std::pair{0.0, 0.0}, {5.0, 5.0}, {-1e-300, 1e-300}, {-kMax, kMax}, {1e15, 1e15 + 1}, {-7.0, -7.0}}) {
    const auto ticks = axis_ticks(low, high, 6);
    REQUIRE(ticks.size() >= 2);
    CHECK(ticks.size() < 30);
    for (const double t : ticks) CHECK(std::isfinite(t));
    CHECK(ticks.front() < ticks.back());
  }
}

TEST_CASE("a thinned line keeps its ends and its peaks", "[stats]") {
  std::vector<PlotPoint> points;
  for (int i = 0; i < 10000; ++i) points.push_back({static_cast<double>(i), i == 4321 ? 100.0 : std::sin(i * 0.001)});
  const auto thin = downsample(points, 100);
  CHECK(thin.size() == 100);
  CHECK(thin.front() == points.front());
  CHECK(thin.back() == points.back());
  CHECK(std::find(thin.begin(), thin.end(), points[4321]) != thin.end());
  CHECK(std::is_sorted(thin.begin(), thin.end(), [](const PlotPoint& a, const PlotPoint& b) { return a.x < b.x; }));
  CHECK(downsample({points.data(), 50}, 100).size() == 50);
}

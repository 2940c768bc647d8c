#include <algorithm>
#include <cmath>

#include "lib/stats/anderson_darling.hpp"
#include "lib/stats/binning.hpp"
#include "lib/stats/binomial_parts.hpp"
#include "lib/stats/ecdf_distance.hpp"
#include "lib/stats/kolmogorov_smirnov.hpp"
#include "lib/stats/moments.hpp"
#include "lib/stats/sort_doubles.hpp"
#include "lib/stats/sum.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using namespace mlo::stats;

TEST_CASE("sort_doubles sorts what std::sort sorts", "[stats]") {
  test::SeededRng rng;
  for (const std::size_t count : std::vector<std::size_t>{0, 1, 2, 100, 5000, 70'000}) {
    std::vector<double> values;
    while (values.size() < count) {
      const double value = std::bit_cast<double>(rng.next());
      if (!std::isnan(value)) values.push_back(value);
    }
    if (count > 10) std::fill(values.begin(), values.begin() + 5, -0.0);
    std::vector<double> expected = values;
    std::sort(expected.begin(), expected.end());
    sort_doubles(values);
    CHECK(values == expected);
    CHECK(std::none_of(values.begin(), values.end(), [](double v) { return v == 0 && std::signbit(v); }));
  }
}

TEST_CASE("a sum keeps what a large addend would swallow", "[stats]") {
  Sum sum;
  for (const double x : {1.0, 1e100, 1.0, -1e100}) sum.add(x);
  CHECK(sum.value() == 2);
  sum.add(INFINITY);
  CHECK(std::isinf(sum.value()));
}

TEST_CASE("Sturges' bins cover the range, and one value gets a bin", "[stats]") {
  CHECK(sturges_edges(0, 8, 128) == std::vector<double>{0, 1, 2, 3, 4, 5, 6, 7, 8});
  CHECK(sturges_edges(3, 3, 10) == std::vector<double>{2.5, 3.5});
  const auto counts =
      count_in_bins(std::vector<double>{0, 1, 1, 7.5, 8}, std::vector<double>{8}, sturges_edges(0, 8, 128));
  CHECK(counts[0].reference == 1);
  CHECK(counts[1].reference == 2);
  CHECK(counts[7].reference == 2);
  CHECK(counts[7].current == 1);
}

TEST_CASE("values are counted on both sides", "[stats]") {
  const std::vector<double> a{1, 1, 2, 5};
  const std::vector<double> b{2, 2, 7};
  CHECK(count_distinct(a) == 3);
  CHECK(count_distinct(a, b) == 4);
  const auto counts = count_values(a, b);
  REQUIRE(counts.size() == 4);
  CHECK(counts[1].reference == 1);
  CHECK(counts[1].current == 2);
  CHECK(counts[3].reference == 0);
}

TEST_CASE("distances of step functions by hand", "[stats]") {
  const std::vector<double> a{0, 1, 3};
  const std::vector<double> b{5, 6, 8};
  CHECK(wasserstein_distance(a, b) == Approx(5).epsilon(1e-15));
  CHECK(largest_gap(a, b) == 1);
  CHECK(energy_distance(std::vector<double>{0}, std::vector<double>{8}) == Approx(4).epsilon(1e-15));
  CHECK(largest_gap(std::vector<double>{1, 2}, std::vector<double>{2, 3}) == 0.5);
}

TEST_CASE("exact Smirnov tails count lattice paths", "[stats]") {
  // Of the 6 orders of 2 and 2 values, 2 reach D = 1 and all reach D = 1/2.
  CHECK(smirnov_exact_tail(2, 2, 2) == Approx(1.0 / 3).epsilon(1e-15));
  CHECK(smirnov_exact_tail(2, 2, 1) == 1);
  // Of the 10 orders of 3 and 2, 2 reach D = 1 (h = 6 of lcm 6) and 6 reach D = 2/3 (h = 4).
  CHECK(smirnov_exact_tail(3, 2, 6) == Approx(0.2).epsilon(1e-15));
  CHECK(smirnov_exact_tail(3, 2, 4) == Approx(0.6).epsilon(1e-15));
  CHECK(smirnov_exact_tail(2, 3, 4) == smirnov_exact_tail(3, 2, 4));
  CHECK(smirnov_exact_tail(7, 5, 0) == 1);
  // Far out, where 1 - P would be 0: only two of all orders separate the samples.
  CHECK(smirnov_exact_tail(60, 59, 60 * 59) ==
        Approx(2 * std::exp(std::lgamma(61) + std::lgamma(60) - std::lgamma(120))).epsilon(1e-9));
}

TEST_CASE("parts of binomial probabilities add up", "[stats]") {
  CHECK(stirling_error(1) == Approx(1 - 0.5 * std::log(2 * M_PI)).epsilon(1e-14));
  CHECK(stirling_error(20) == Approx(0.00416631969199692).epsilon(1e-12));
  CHECK(deviance(3, 3) == 0);
  CHECK(deviance(0, 4) == 4);
  CHECK(deviance(3, 3.0001) == Approx(1.66661e-9).epsilon(1e-4));
  double sum = 0;
  for (double k = 0; k <= 30; ++k) sum += binomial_density(k, 30, 0.3, 0.7);
  CHECK(sum == Approx(1).epsilon(1e-14));
  sum = 0;
  for (double k = 0; k <= 100; ++k) sum += poisson_density(k, 12.5);
  CHECK(sum == Approx(1).epsilon(1e-14));
}

TEST_CASE("Anderson-Darling gives the statistic of the worked example", "[stats]") {
  std::vector<double> a;
  std::vector<double> b;
  for (int i = 0; i < 500; ++i) a.push_back((i * 7919) % 1000 / 100.0);
  for (int i = 0; i < 400; ++i) b.push_back((i * 10429) % 1100 / 100.0 + 0.25);
  sort_doubles(a);
  sort_doubles(b);
  CHECK(anderson_darling(a, b).statistic == Approx(12.50718881008925).epsilon(1e-12));
  CHECK(wasserstein_distance(a, b) == Approx(0.7875).epsilon(1e-13));
}

TEST_CASE("moments and quantiles of a sorted sample", "[stats]") {
  const Moments m = describe(std::vector<double>{1, 2, 3, 4});
  CHECK(m.mean == 2.5);
  CHECK(m.median == 2.5);
  CHECK(m.deviation == Approx(std::sqrt(1.25)));
  CHECK(quantile(std::vector<double>{1, 2, 3, 4}, 1) == 4);
  CHECK(quantile(std::vector<double>{7}, 0.3) == 7);
  CHECK(describe({}).count == 0);
  CHECK(describe(std::vector<double>{1e9, 1e9 + 1}).deviation == 0.5);
}

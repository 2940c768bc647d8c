#include <algorithm>
#include <cmath>
#include <limits>

#include "lib/stats/mean_loss.hpp"
#include "lib/stats/metric_formulas.hpp"

namespace mlo::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double mae(const ScoredRows& rows, RowCounts counts) {
  return mean_loss(rows, counts, [](double truth, double score) { return std::abs(truth - score); });
}

double mse(const ScoredRows& rows, RowCounts counts) {
  return mean_loss(rows, counts, [](double truth, double score) { return (truth - score) * (truth - score); });
}

double rmse(const ScoredRows& rows, RowCounts counts) { return std::sqrt(mse(rows, counts)); }

double r2(const ScoredRows& rows, RowCounts counts) {
  const double mean = mean_loss(rows, counts, [](double truth, double) { return truth; });
  const double spread = mean_loss(rows, counts, [&](double truth, double) { return (truth - mean) * (truth - mean); });
  return spread > 0 ? 1 - mse(rows, counts) / spread : kNaN;
}

double mape(const ScoredRows& rows, RowCounts counts) {
  return mean_loss(rows, counts,
                   [](double truth, double score) { return truth == 0 ? kNaN : std::abs((truth - score) / truth); });
}

double max_error(const ScoredRows& rows, RowCounts counts) {
  double most = kNaN;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (times(counts, i) > 0) most = std::fmax(most, std::abs(rows.truth()[i] - rows.score()[i]));
  }
  return most;
}

}  // namespace mlo::stats

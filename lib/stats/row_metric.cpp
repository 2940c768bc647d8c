#include "lib/stats/row_metric.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "lib/stats/metric_formulas.hpp"

namespace mlo {
namespace {

constexpr RowMetric kMetrics[] = {
    {"accuracy", Better::higher, true, stats::accuracy},
    {"auc", Better::higher, true, stats::auc},
    {"average_precision", Better::higher, true, stats::average_precision},
    {"balanced_accuracy", Better::higher, true, stats::balanced_accuracy},
    {"brier", Better::lower, true, stats::brier},
    {"f1", Better::higher, true, stats::f1},
    {"false_negative_rate", Better::lower, true, stats::false_negative_rate},
    {"false_positive_rate", Better::lower, true, stats::false_positive_rate},
    {"log_loss", Better::lower, true, stats::log_loss},
    {"mae", Better::lower, false, stats::mae},
    {"mape", Better::lower, false, stats::mape},
    {"max_error", Better::lower, false, stats::max_error},
    {"mcc", Better::higher, true, stats::mcc},
    {"mse", Better::lower, false, stats::mse},
    {"precision", Better::higher, true, stats::precision},
    {"r2", Better::higher, false, stats::r2},
    {"recall", Better::higher, true, stats::recall},
    {"rmse", Better::lower, false, stats::rmse},
    {"specificity", Better::higher, true, stats::specificity},
};

}  // namespace

ScoredRows::ScoredRows(std::vector<double> truth, std::vector<double> score, double threshold)
    : truth_(std::move(truth)), score_(std::move(score)), threshold_(threshold), order_(truth_.size()) {
  finite_ = !truth_.empty() && truth_.size() == score_.size();
  for (std::size_t i = 0; finite_ && i < truth_.size(); ++i) {
    finite_ = std::isfinite(truth_[i]) && std::isfinite(score_[i]);
    binary_ = binary_ && (truth_[i] == 0 || truth_[i] == 1);
  }
  binary_ = binary_ && finite_;
  if (!finite_) {
    order_.clear();
    return;
  }
  std::iota(order_.begin(), order_.end(), 0U);
  std::sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) { return score_[a] > score_[b]; });
}

ScoredRows ScoredRows::select(std::span<const std::uint32_t> rows) const {
  std::vector<double> truth, score;
  for (const std::uint32_t row : rows) {
    truth.push_back(truth_[row]);
    score.push_back(score_[row]);
  }
  return {std::move(truth), std::move(score), threshold_};
}

std::span<const RowMetric> row_metrics() { return kMetrics; }

const RowMetric* find_row_metric(std::string_view name) {
  const auto it = std::lower_bound(std::begin(kMetrics), std::end(kMetrics), name,
                                   [](const RowMetric& m, std::string_view n) { return m.name < n; });
  return it != std::end(kMetrics) && it->name == name ? it : nullptr;
}

double compute(const RowMetric& metric, const ScoredRows& rows, RowCounts counts) {
  if (!rows.finite() || (metric.binary && !rows.binary())) return std::numeric_limits<double>::quiet_NaN();
  return metric.compute(rows, counts);
}

}  // namespace mlo

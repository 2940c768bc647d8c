#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

// Metrics of a model from its predictions row by row. Formulas and limits: lib/gates/README.md.
namespace mlo {

/// What a model said about each row, and the truth. Every metric of the same rows shares one object.
class ScoredRows {
 public:
  /// `truth` and `score` have one number a row. A row counts as predicted positive from `threshold` on.
  ScoredRows(std::vector<double> truth, std::vector<double> score, double threshold = 0.5);

  std::size_t size() const { return truth_.size(); }
  const std::vector<double>& truth() const { return truth_; }
  const std::vector<double>& score() const { return score_; }
  double threshold() const { return threshold_; }
  /// Rows by descending score.
  const std::vector<std::uint32_t>& order() const { return order_; }
  bool finite() const { return finite_; }  ///< no NaN, no infinity, at least one row
  bool binary() const { return binary_; }  ///< finite, and every truth is 0 or 1
  /// These rows alone.
  ScoredRows select(std::span<const std::uint32_t> rows) const;

 private:
  std::vector<double> truth_, score_;
  double threshold_;
  std::vector<std::uint32_t> order_;
  bool finite_ = true, binary_ = true;
};

/// How often each row counts; empty: once.
using RowCounts = std::span<const std::uint32_t>;

enum class Better { higher, lower };

struct RowMetric {
  std::string_view name;
  Better better;
  bool binary;  ///< needs truth 0 or 1; else any number
  /// NaN where it is not defined. The rows are finite, and binary if the metric needs it.
  double (*compute)(const ScoredRows& rows, RowCounts counts);
};

std::span<const RowMetric> row_metrics();
const RowMetric* find_row_metric(std::string_view name);

/// NaN if a number is not finite, there are no rows, or the truth is not 0 or 1 though the metric needs it.
double compute(const RowMetric& metric, const ScoredRows& rows, RowCounts counts = {});

}  // namespace mlo

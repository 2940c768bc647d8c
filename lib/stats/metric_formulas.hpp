#pragma once
#include "lib/stats/row_metric.hpp"

// The formulas behind row_metrics(): each takes rows that it can work on and gives NaN where it is not defined.
namespace mlo::stats {

/// Area under the ROC curve, ties counted half: Mann-Whitney's U (Hanley and McNeil 1982).
double auc(const ScoredRows& rows, RowCounts counts);
/// Sum of (R_i - R_(i-1)) P_i over the distinct scores, without interpolation.
double average_precision(const ScoredRows& rows, RowCounts counts);

double accuracy(const ScoredRows& rows, RowCounts counts);
double balanced_accuracy(const ScoredRows& rows, RowCounts counts);
double precision(const ScoredRows& rows, RowCounts counts);
double recall(const ScoredRows& rows, RowCounts counts);
double specificity(const ScoredRows& rows, RowCounts counts);
double false_positive_rate(const ScoredRows& rows, RowCounts counts);
double false_negative_rate(const ScoredRows& rows, RowCounts counts);
double f1(const ScoredRows& rows, RowCounts counts);
/// Matthews's correlation coefficient.
double mcc(const ScoredRows& rows, RowCounts counts);

/// Probabilities are kept 2^-52 away from 0 and 1; NaN for a score that is no probability.
double log_loss(const ScoredRows& rows, RowCounts counts);
double brier(const ScoredRows& rows, RowCounts counts);

double mae(const ScoredRows& rows, RowCounts counts);
double mse(const ScoredRows& rows, RowCounts counts);
double rmse(const ScoredRows& rows, RowCounts counts);
/// NaN if every truth is the same.
double r2(const ScoredRows& rows, RowCounts counts);
/// NaN if a truth is 0.
double mape(const ScoredRows& rows, RowCounts counts);
double max_error(const ScoredRows& rows, RowCounts counts);

}  // namespace mlo::stats

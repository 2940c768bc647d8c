#include <algorithm>
#include <cmath>
#include <limits>

#include "lib/stats/mean_loss.hpp"
#include "lib/stats/metric_formulas.hpp"

namespace mlo::stats {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double ratio(double part, double whole) { return whole > 0 ? part / whole : kNaN; }

struct Confusion {
  double tp = 0, fp = 0, tn = 0, fn = 0;
};

Confusion confusion(const ScoredRows& rows, RowCounts counts) {
  Confusion out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool said = rows.score()[i] >= rows.threshold(), is = rows.truth()[i] == 1;
    (said ? is ? out.tp : out.fp : is ? out.fn : out.tn) += times(counts, i);
  }
  return out;
}

/// Calls `visit(positives, negatives)` for each distinct score, highest first.
template <class Visit>
void for_each_score(const ScoredRows& rows, RowCounts counts, Visit visit) {
  const std::vector<std::uint32_t>& order = rows.order();
  for (std::size_t i = 0; i < order.size();) {
    const double score = rows.score()[order[i]];
    double positives = 0, negatives = 0;
    for (; i < order.size() && rows.score()[order[i]] == score; ++i) {
      (rows.truth()[order[i]] == 1 ? positives : negatives) += times(counts, order[i]);
    }
    if (positives + negatives > 0) visit(positives, negatives);
  }
}

bool is_probability(double score) { return score >= 0 && score <= 1; }

}  // namespace

double auc(const ScoredRows& rows, RowCounts counts) {
  double above = 0, all = 0, pairs = 0;
  for_each_score(rows, counts, [&](double positives, double negatives) {
    pairs += negatives * (above + positives / 2);
    above += positives;
    all += negatives;
  });
  return ratio(pairs, above * all);
}

double average_precision(const ScoredRows& rows, RowCounts counts) {
  double found = 0, seen = 0, sum = 0;
  for_each_score(rows, counts, [&](double positives, double negatives) {
    found += positives;
    seen += positives + negatives;
    sum += positives * found / seen;
  });
  return ratio(sum, found);
}

double accuracy(const ScoredRows& rows, RowCounts counts) {
  const Confusion c = confusion(rows, counts);
  return ratio(c.tp + c.tn, c.tp + c.tn + c.fp + c.fn);
}

double precision(const ScoredRows& rows, RowCounts counts) {
  const Confusion c = confusion(rows, counts);
  return ratio(c.tp, c.tp + c.fp);
}

double recall(const ScoredRows& rows, RowCounts counts) {
  const Confusion c = confusion(rows, counts);
  return ratio(c.tp, c.tp + c.fn);
}

double specificity(const ScoredRows& rows, RowCounts counts) {
  const Confusion c = confusion(rows, counts);
  return ratio(c.tn, c.tn + c.fp);
}

double false_positive_rate(const ScoredRows& rows, RowCounts counts) {
  const Confusion c = confusion(rows, counts);
  return ratio(c.fp, c.tn + c.fp);
}

double false_negative_rate(const ScoredRows& rows, RowCounts counts) {
  const Confusion c = confusion(rows, counts);
  return ratio(c.fn, c.tp + c.fn);
}

double balanced_accuracy(const ScoredRows& rows, RowCounts counts) {
  const Confusion c = confusion(rows, counts);
  return (ratio(c.tp, c.tp + c.fn) + ratio(c.tn, c.tn + c.fp)) / 2;
}

double f1(const ScoredRows& rows, RowCounts counts) {
  const Confusion c = confusion(rows, counts);
  return ratio(2 * c.tp, 2 * c.tp + c.fp + c.fn);
}

double mcc(const ScoredRows& rows, RowCounts counts) {
  const Confusion c = confusion(rows, counts);
  const double a = c.tp + c.fp, b = c.tp + c.fn, d = c.tn + c.fp, e = c.tn + c.fn;
  return a > 0 && b > 0 && d > 0 && e > 0 ? (c.tp * c.tn - c.fp * c.fn) / (std::sqrt(a * b) * std::sqrt(d * e)) : kNaN;
}

double log_loss(const ScoredRows& rows, RowCounts counts) {
  return mean_loss(rows, counts, [](double truth, double score) {
    constexpr double kEdge = std::numeric_limits<double>::epsilon();
    const double p = std::clamp(score, kEdge, 1 - kEdge);
    return is_probability(score) ? -std::log(truth == 1 ? p : 1 - p) : kNaN;
  });
}

double brier(const ScoredRows& rows, RowCounts counts) {
  return mean_loss(rows, counts, [](double truth, double score) {
    return is_probability(score) ? (truth - score) * (truth - score) : kNaN;
  });
}

}  // namespace mlo::stats

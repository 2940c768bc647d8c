#include <cmath>
#include <limits>

#include "lib/gates/gate.hpp"
#include "lib/gates/metric_rule.hpp"
#include "lib/gates/slice_result.hpp"
#include "lib/util/text.hpp"

// A metric by slice: each within bounds, and the slices near each other.
namespace mlo {
namespace {

constexpr std::size_t kMostSlices = 200;

using SliceRows = std::map<std::string, std::vector<std::uint32_t>>;

SliceRows slice_rows(const Predictions& predictions, const std::string& column) {
  SliceRows out;
  const std::vector<std::string>& values = predictions.slices.at(column);
  for (std::size_t i = 0; i < values.size(); ++i) out[values[i]].push_back(static_cast<std::uint32_t>(i));
  return out;
}

struct FairnessLimits {
  MetricRule metric;
  std::vector<std::string> slices;
  std::optional<double> max_gap, min_ratio;
  std::uint64_t min_support = 30;
};

class FairnessGate : public Gate {
 public:
  explicit FairnessGate(FairnessLimits limits) : limits_(std::move(limits)) {}

  std::vector<GateResult> ask(const GateFacts& facts) const override {
    std::vector<GateResult> out;
    for (const std::string& column : limits_.slices) ask_column(facts, column, out);
    return out;
  }

 private:
  GateResult start(std::string what) const {
    GateResult out;
    out.what = std::move(what);
    return out;
  }

  void ask_column(const GateFacts& facts, const std::string& column, std::vector<GateResult>& out) const {
    const std::string name = limits_.metric.name;
    GateResult missing = start(fmt::format("{}[{}]", name, column));
    if (!facts.own.problem.empty() || !facts.own.predictions) {
      missing.reason = facts.own.problem.empty() ? "the evaluation gives no predictions" : facts.own.problem;
      return out.push_back(std::move(missing));
    }
    const SliceRows slices = slice_rows(*facts.own.predictions, column);
    if (slices.size() > kMostSlices) {
      missing.reason =
          fmt::format("column `{}` has {} values; at most {} can be judged", column, slices.size(), kMostSlices);
      return out.push_back(std::move(missing));
    }
    const SliceRows theirs = facts.champion != nullptr && facts.champion->predictions
                                 ? slice_rows(*facts.champion->predictions, column)
                                 : SliceRows();
    std::vector<double> judged;
    for (const auto& [value, rows] : slices) {
      GateResult result = start(slice_name({name, column, value}));
      result.candidate = value_of(*facts.own.predictions, rows);
      if (const auto it = theirs.find(value); it != theirs.end())
        result.champion = value_of(*facts.champion->predictions, it->second);
      judge(result, rows.size(), judged);
      out.push_back(std::move(result));
    }
    if (limits_.max_gap) out.push_back(gap(column, judged));
    if (limits_.min_ratio) out.push_back(ratio(column, judged));
    if (judged.empty() && !limits_.max_gap && !limits_.min_ratio) {
      missing.reason = too_few();
      out.push_back(std::move(missing));
    }
  }

  std::optional<double> value_of(const Predictions& predictions, const std::vector<std::uint32_t>& rows) const {
    const double value = compute(*limits_.metric.formula, predictions.rows.select(rows));
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
  }

  void judge(GateResult& result, std::size_t rows, std::vector<double>& judged) const {
    if (rows < limits_.min_support) {
      result.verdict = Verdict::pass;
      result.reason = too_few_rows(rows);
      return;
    }
    const std::string support = count_of(rows, "row");
    result.bound = join(describe_range(limits_.metric), "; ");
    judged.push_back(result.candidate.value_or(std::numeric_limits<double>::quiet_NaN()));
    if (!result.candidate) {
      result.reason = fmt::format("`{}` is not a number on these {}", limits_.metric.name, support);
      return;
    }
    const std::string outside = outside_range(limits_.metric, *result.candidate);
    result.verdict = outside.empty() ? Verdict::pass : Verdict::fail;
    result.reason = outside.empty() ? support : fmt::format("{} on {}", outside, support);
  }

  std::string too_few() const { return fmt::format("no slice has {}", count_of(limits_.min_support, "row")); }

  /// The lowest and the highest of the judged slices; nothing, with the reason, if that cannot be said.
  std::optional<std::pair<double, double>> range(const std::vector<double>& judged, GateResult& result) const {
    if (judged.empty()) {
      result.reason = too_few();
      return std::nullopt;
    }
    if (std::any_of(judged.begin(), judged.end(), [](double v) { return std::isnan(v); })) {
      result.reason = fmt::format("`{}` is not a number in some slice", limits_.metric.name);
      return std::nullopt;
    }
    const auto [low, high] = std::minmax_element(judged.begin(), judged.end());
    return std::pair(*low, *high);
  }

  GateResult gap(const std::string& column, const std::vector<double>& judged) const {
    GateResult result = start(fmt::format("{} gap[{}]", limits_.metric.name, column));
    result.bound = fmt::format("at most {}", format_double(*limits_.max_gap));
    const auto ends = range(judged, result);
    if (!ends) return result;
    result.candidate = ends->second - ends->first;
    const bool ok = *result.candidate <= *limits_.max_gap + 1e-12;
    result.verdict = ok ? Verdict::pass : Verdict::fail;
    result.reason = fmt::format("{} to {}", show(ends->first), show(ends->second));
    return result;
  }

  GateResult ratio(const std::string& column, const std::vector<double>& judged) const {
    GateResult result = start(fmt::format("{} ratio[{}]", limits_.metric.name, column));
    result.bound = fmt::format("at least {}", format_double(*limits_.min_ratio));
    const auto ends = range(judged, result);
    if (!ends) return result;
    if (ends->first < 0) {
      result.reason = fmt::format("a ratio means nothing for {}", show(ends->first));
      return result;
    }
    result.candidate = ends->second == 0 ? 1.0 : ends->first / ends->second;
    result.verdict = *result.candidate >= *limits_.min_ratio ? Verdict::pass : Verdict::fail;
    result.reason = fmt::format("{} to {}", show(ends->first), show(ends->second));
    return result;
  }

  FairnessLimits limits_;
};

}  // namespace

bool claims_fairness(const Value& body) { return !metric_of(body).empty() && body.find("slices") != nullptr; }

std::unique_ptr<Gate> read_fairness(ObjectReader& body, const GatePolicy& policy) {
  body.only({"direction", "min", "max", "slices", "max_gap", "min_ratio", "min_support"});
  FairnessLimits limits;
  limits.metric = read_metric_rule(body, policy);
  if (limits.metric.formula == nullptr)
    body.fail("metric", fmt::format("`{}` by slice needs `predictions` in `evaluation`, and a metric that mlo computes",
                                    limits.metric.name));
  limits.slices = body.strings("slices");
  if (limits.slices.empty()) body.fail("slices", "`slices` must name at least one column");
  for (const std::string& slice : limits.slices) {
    const auto& known = policy.evaluation->slices;
    if (std::find(known.begin(), known.end(), slice) != known.end()) continue;
    const std::string near = nearest(slice, known);
    body.fail("slices", fmt::format("`{}` is not among `slices` of `columns` in `evaluation`{}", printable(slice),
                                    near.empty() ? "" : fmt::format("; did you mean `{}`?", near)));
  }
  limits.max_gap = find_amount(body, "max_gap");
  limits.min_ratio = find_amount(body, "min_ratio");
  if (limits.min_ratio && *limits.min_ratio > 1) body.fail("min_ratio", "`min_ratio` must be at most 1");
  const std::int64_t support = body.integer_or("min_support", 30);
  if (support < 1) body.fail("min_support", "`min_support` must be at least 1");
  limits.min_support = static_cast<std::uint64_t>(support);
  if (!limits.metric.min && !limits.metric.max && !limits.max_gap && !limits.min_ratio)
    body.fail("metric", "slices need a bound: `min`, `max`, `max_gap` or `min_ratio`");
  return std::make_unique<FairnessGate>(std::move(limits));
}

}  // namespace mlo

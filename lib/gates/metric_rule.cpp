#include "lib/gates/metric_rule.hpp"

#include <cmath>

#include "lib/manifest/names.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

std::optional<double> find_number(ObjectReader& body, std::string_view key) {
  if (body.find(key) == nullptr) return std::nullopt;
  const double value = body.number(key);
  if (!std::isfinite(value)) body.fail(key, fmt::format("`{}` must be a finite number", key));
  return value;
}

/// "; did you mean `auc`?"
std::string suggest_metric(const std::string& name) {
  std::vector<std::string> known;
  for (const RowMetric& metric : row_metrics()) known.emplace_back(metric.name);
  const std::string near = nearest(name, known);
  return near.empty() ? "" : fmt::format("; did you mean `{}`?", near);
}

}  // namespace

std::optional<double> find_amount(ObjectReader& body, std::string_view key) {
  const auto value = find_number(body, key);
  if (value && *value < 0) body.fail(key, fmt::format("`{}` must not be negative", key));
  return value;
}

MetricRule read_metric_rule(ObjectReader& body, const GatePolicy& policy) {
  MetricRule rule;
  rule.name = body.string("metric");
  if (!is_metric_key(rule.name)) body.fail("metric", fmt::format("`{}` cannot name a metric", printable(rule.name)));
  if (!policy.evaluation) body.fail("metric", "a gate about a metric needs `evaluation` in the policy");
  const RowMetric* known = find_row_metric(rule.name);
  if (known != nullptr && !policy.evaluation->predictions.empty()) rule.formula = known;
  const std::string direction = body.string_or("direction", "");
  if (body.find("direction") != nullptr && direction != "higher" && direction != "lower")
    body.fail("direction", "`direction` must be `higher` or `lower`: which is better");
  if (known == nullptr && direction.empty())
    body.fail("metric", fmt::format("`{}` needs a `direction`: `higher` or `lower`, which is better{}", rule.name,
                                    suggest_metric(rule.name)));
  rule.better = known != nullptr ? known->better : direction == "higher" ? Better::higher : Better::lower;
  if (!direction.empty() && (direction == "higher") != (rule.better == Better::higher))
    body.fail("direction",
              fmt::format("`{}` is better when {}", rule.name, direction == "higher" ? "lower" : "higher"));
  rule.min = find_number(body, "min");
  rule.max = find_number(body, "max");
  if (rule.min && rule.max && *rule.min > *rule.max) body.fail("min", "`min` is above `max`");
  return rule;
}

std::optional<double> find_value(const Evaluated& evaluated, const std::string& metric) {
  const auto it = evaluated.metrics.find(metric);
  if (!evaluated.problem.empty() || it == evaluated.metrics.end() || !std::isfinite(it->second)) return std::nullopt;
  return it->second;
}

std::string why_missing(const Evaluated& evaluated, const std::string& metric) {
  if (!evaluated.problem.empty()) return evaluated.problem;
  const auto it = evaluated.metrics.find(metric);
  if (it == evaluated.metrics.end()) {
    std::vector<std::string> given;
    for (const auto& [name, value] : evaluated.metrics) given.push_back(name);
    const std::string near = nearest(metric, given);
    return fmt::format("the evaluation gives no `{}`{}", metric,
                       near.empty() ? "" : fmt::format("; did you mean `{}`?", near));
  }
  return fmt::format("`{}` is {} on these rows", metric, std::isnan(it->second) ? "not a number" : "infinite");
}

std::vector<std::string> describe_range(const MetricRule& rule) {
  std::vector<std::string> out;
  if (rule.min) out.push_back(fmt::format("at least {}", format_double(*rule.min)));
  if (rule.max) out.push_back(fmt::format("at most {}", format_double(*rule.max)));
  return out;
}

std::string outside_range(const MetricRule& rule, double value) {
  if (rule.min && !(value >= *rule.min))
    return fmt::format("{} is below {}", show(value, *rule.min), format_double(*rule.min));
  if (rule.max && !(value <= *rule.max))
    return fmt::format("{} is above {}", show(value, *rule.max), format_double(*rule.max));
  return {};
}

std::string show(double value) { return fmt::format("{:.6g}", value); }

std::string show(double value, double beside) {
  std::string text = show(value);
  return value != beside && text == show(beside) ? format_double(value) : text;
}

}  // namespace mlo

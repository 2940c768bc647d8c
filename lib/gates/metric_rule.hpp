#pragma once
#include <optional>
#include <string>

#include "lib/gates/gate.hpp"

// What gates about metrics have in common.
namespace mlo {

struct MetricRule {
  std::string name;
  const RowMetric* formula = nullptr;  ///< null: mlo cannot compute it, the stage's metric file says it
  Better better = Better::higher;
  std::optional<double> min, max;
};

/// Reads `metric`, `direction`, `min`, `max`. Error{invalid} without an evaluation, without a direction if mlo does not
/// know the metric, with another direction than it has, or with an empty range.
MetricRule read_metric_rule(ObjectReader& body, const GatePolicy& policy);

/// A finite number, 0 or more; nothing if the key is absent.
std::optional<double> find_amount(ObjectReader& body, std::string_view key);

/// The metric, if it is there and a number.
std::optional<double> find_value(const Evaluated& evaluated, const std::string& metric);
/// Why find_value has nothing.
std::string why_missing(const Evaluated& evaluated, const std::string& metric);

/// "at least 0.8", "at most 0.9"; one for each bound.
std::vector<std::string> describe_range(const MetricRule& rule);
/// "0.79 is below 0.8"; empty if the value is in the range.
std::string outside_range(const MetricRule& rule, double value);

/// Six digits, or all if it takes more to tell it from `beside`.
std::string show(double value, double beside);
std::string show(double value);

}  // namespace mlo

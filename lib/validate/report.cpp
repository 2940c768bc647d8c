#include "lib/validate/report.hpp"

#include <algorithm>

#include "lib/util/text.hpp"

namespace mlo::validate {
namespace {

Value texts(const std::vector<std::string>& items) {
  Value out = Value::array();
  for (const std::string& item : items) out.push(item);
  return out;
}

Value sample_value(const ExpectationResult& result) {
  Value out = Value::array();
  for (const FailingRow& row : result.sample) {
    Value values = Value::array();
    for (const std::optional<std::string>& value : row.values) values.push(value ? Value(*value) : Value());
    Value item;
    out.push(item.set("row", row.row).set("values", std::move(values)));
  }
  return out;
}

}  // namespace

double ExpectationResult::unexpected_percent() const {
  if (judged.value_or(0) == 0) return 0;
  return static_cast<double>(unexpected) / static_cast<double>(*judged) * 100;
}

std::size_t ValidationReport::failed() const {
  return static_cast<std::size_t>(
      std::count_if(results.begin(), results.end(), [](const ExpectationResult& r) { return !r.success; }));
}

Value to_value(const ValidationReport& report) {
  Value results = Value::array();
  for (const ExpectationResult& r : report.results) {
    Value item;
    item.set("type", r.type).set("columns", texts(r.columns)).set("bound", r.bound).set("mostly", r.mostly);
    item.set("success", r.success).set("reason", r.reason.empty() ? Value() : Value(r.reason));
    item.set("judged", r.judged ? Value(*r.judged) : Value());
    item.set("unexpected", r.judged ? Value(r.unexpected) : Value());
    item.set("unexpected_percent", r.judged ? Value(r.unexpected_percent()) : Value());
    item.set("observed", r.observed.value_or(Value())).set("sample", sample_value(r));
    results.push(std::move(item));
  }
  Value out;
  out.set("data", report.data).set("id", report.id ? Value(*report.id) : Value()).set("suite", report.suite);
  out.set("when", format_utc(report.when)).set("rows", report.rows).set("success", report.success());
  return out.set("failed", static_cast<std::uint64_t>(report.failed())).set("results", std::move(results));
}

std::string summary_of(const ValidationReport& report) {
  const std::string all = count_of(report.results.size(), "expectation");
  if (report.success()) return fmt::format("{} of {} hold", report.results.size(), all);
  return fmt::format("{} of {} failed", report.failed(), all);
}

std::string bound_of(const ExpectationResult& result) {
  if (result.mostly == 1) return result.bound;
  return fmt::format("{}{}(mostly {})", result.bound, result.bound.empty() ? "" : " ", format_double(result.mostly));
}

std::string finding_of(const ExpectationResult& result) {
  if (!result.reason.empty()) return result.reason;
  if (!result.judged) return result.observed ? display(*result.observed) : "";
  if (result.unexpected == 0) return "";
  return fmt::format("{} of {} ({:.3g}%)", format_count(result.unexpected), count_of(*result.judged, "row"),
                     result.unexpected_percent());
}

}  // namespace mlo::validate

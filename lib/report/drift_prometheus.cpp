#include "lib/report/drift_prometheus.hpp"

#include <cmath>

#include "lib/util/text.hpp"

namespace mlo::report {
namespace {

/// Backslash, quote and newline escaped, other control characters made visible.
std::string label(std::string_view text) {
  std::vector<std::string> lines;
  for (const auto line : split(text, '\n'))
    lines.push_back(replace_all(replace_all(printable(line), "\\", "\\\\"), "\"", "\\\""));
  return join(lines, "\\n");
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return format_double(value);
}

class Page {
 public:
  explicit Page(std::string model) : model_(std::move(model)) {}
  void metric(std::string_view name, std::string_view help) {
    text_ += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
  }
  void sample(std::string_view name, std::string_view more_labels, double value) {
    text_ += fmt::format("{}{{model=\"{}\"{}}} {}\n", name, model_, more_labels, number(value));
  }
  const std::string& text() const { return text_; }

 private:
  std::string model_;
  std::string text_;
};

}  // namespace

std::string drift_prometheus(const drift::DriftReport& report) {
  Page page(label(report.model.empty() ? report.current : report.model));
  const auto by_column = [&](std::string_view name, std::string_view help, const auto& value) {
    page.metric(name, help);
    for (const drift::ColumnDrift& column : report.columns) {
      if (const std::optional<double> v = value(column)) {
        page.sample(name, fmt::format(",column=\"{}\",method=\"{}\"", label(column.name), label(column.test)), *v);
      }
    }
  };
  using drift::ColumnDrift;
  by_column("mlo_drift_score", "Score of the column's drift test: a p-value or a distance.",
            [](const ColumnDrift& c) { return c.score; });
  by_column("mlo_drift_threshold", "Threshold the score is compared with.",
            [](const ColumnDrift& c) { return c.score ? std::optional(c.threshold) : std::nullopt; });
  by_column("mlo_drift_detected", "1 if the column drifted, 0 if not.", [](const ColumnDrift& c) {
    return c.outcome == drift::Outcome::untested ? std::nullopt
                                                 : std::optional(c.outcome == drift::Outcome::drifted ? 1.0 : 0.0);
  });
  page.metric("mlo_drift_share", "Share of the compared columns that drifted.");
  page.sample("mlo_drift_share", "", report.share());
  page.metric("mlo_drift_last_run_timestamp_seconds", "When drift was last checked.");
  page.sample("mlo_drift_last_run_timestamp_seconds", "", static_cast<double>(report.when.seconds()));
  return page.text();
}

}  // namespace mlo::report

#include "cli/gate_page.hpp"

#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

Table::Cell number(const std::optional<double>& value) {
  return {value ? fmt::format("{:.6g}", *value) : "-", value ? Style::number : Style::dim};
}

Table::Cell verdict_cell(const GateReport& report, const GateResult& result) {
  if (result.verdict == Verdict::pass) return {"pass", Style::good};
  const std::string word(to_string(result.verdict));
  if (report.find_override(result.gate) != nullptr) return {word + " (overridden)", Style::warn};
  if (result.severity == Severity::soft) return {word + " (soft)", Style::warn};
  return {word, Style::bad};
}

std::string name_of(const ReportedVersion& version) { return version.name + "@v" + version.version; }

}  // namespace

void print_gates(const GateReport& report, Page& page) {
  if (!report.results.empty()) {
    Table table;
    table.columns = {{"verdict"}, {"gate"},  {"what"}, {"candidate", Align::right}, {"champion", Align::right},
                     {"bound"},   {"remark"}};
    for (const GateResult& result : report.results) {
      table.rows.push_back({verdict_cell(report, result),
                            {result.gate, Style::name},
                            {result.what},
                            number(result.candidate),
                            number(result.champion),
                            {result.bound},
                            {result.reason, Style::dim}});
    }
    page.table(table);
    page.line();
  }
  for (const GateOverride& override : report.overrides)
    page.line(fmt::format("`{}` is overridden by {}: {}", override.gate, override.who, override.reason));
  const bool passed = report.passed();
  page.line(
      {{passed ? "yes" : "no", passed ? Style::good : Style::bad},
       {fmt::format(": {} {} `{}`{}", name_of(report.candidate), passed ? "may go to" : "may not go to", report.stage,
                    report.champion ? fmt::format("; compared with {}", name_of(*report.champion)) : "")}});
}

}  // namespace mlo::cli

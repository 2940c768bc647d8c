#include "cli/gate_page.hpp"

#include <map>
#include <utility>

#include "lib/gates/slice_result.hpp"
#include "lib/stats/row_metric.hpp"
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

std::vector<Table::Cell> row_of(const GateReport& report, const GateResult& result) {
  return {verdict_cell(report, result), {result.gate, Style::name}, {result.what},
          number(result.candidate),     number(result.champion),    {result.bound},
          {result.reason, Style::dim}};
}

/// Slices of one column that one gate lets pass.
struct Fold {
  std::size_t judged = 0, small = 0;
  const GateResult* worst = nullptr;
  SliceResult slice;  ///< the worst, or any if none was judged
  bool shown = false;

  void add(const GateResult& result, const SliceResult& of) {
    ++(of.judged ? judged : small);
    const RowMetric* const metric = find_row_metric(of.metric);
    const bool lower = metric != nullptr && metric->better == Better::lower;
    const bool worse =
        of.judged &&
        (worst == nullptr || (lower ? result.candidate > worst->candidate : result.candidate < worst->candidate));
    if (worse) worst = &result;
    if (worse || judged + small == 1) slice = of;
  }

  std::vector<Table::Cell> row(const GateResult& any) const {
    const bool looked = worst != nullptr;
    std::string remark;
    if (looked) {
      remark =
          fmt::format("{}{}, worst {}", count_of(judged, "slice"), worst->bound.empty() ? "" : " pass", slice.value);
    }
    if (small != 0)
      remark += looked ? fmt::format("; {} too few to judge", small)
                       : fmt::format("{}, each too few to judge", count_of(small, "slice"));
    return {{looked ? "pass" : "-", looked ? Style::good : Style::dim},
            {any.gate, Style::name},
            {fmt::format("{}[{}]", slice.metric, slice.column)},
            number(looked ? worst->candidate : std::nullopt),
            number(looked ? worst->champion : std::nullopt),
            {looked ? worst->bound : ""},
            {remark, Style::dim}};
  }
};

using Folds = std::map<std::pair<std::string, std::string>, Fold>;  // by gate and column

/// Null if the result has a row of its own.
Fold* find_fold(Folds& folds, const GateResult& result) {
  const auto slice = find_slice(result);
  if (!slice || result.verdict != Verdict::pass) return nullptr;
  const auto it = folds.find({result.gate, slice->column});
  return it == folds.end() || it->second.judged + it->second.small < 2 ? nullptr : &it->second;
}

Folds fold_slices(const GateReport& report) {
  Folds folds;
  for (const GateResult& result : report.results) {
    const auto slice = find_slice(result);
    if (slice && result.verdict == Verdict::pass) folds[{result.gate, slice->column}].add(result, *slice);
  }
  return folds;
}

constexpr int kWidth = 110;  // below it there is no room for remarks beside the rest

/// Takes the last column out of the table and says it in lines.
std::vector<std::string> take_remarks(Table& table) {
  table.columns.pop_back();
  std::vector<std::string> lines;
  for (std::vector<Table::Cell>& row : table.rows) {
    if (!row.back().text.empty()) lines.push_back(fmt::format("{} {}: {}", row[1].text, row[2].text, row.back().text));
    row.pop_back();
  }
  return lines;
}

}  // namespace

void print_gates(const GateReport& report, Page& page, bool verbose) {
  if (!report.results.empty()) {
    Table table;
    table.columns = {{"verdict", Align::left, Fit::whole}, {"gate"},
                     {"what", Align::left, Fit::whole},    {"candidate", Align::right},
                     {"champion", Align::right},           {"bound", Align::left, Fit::wrap},
                     {"remark", Align::left, Fit::wrap}};
    Folds folds = verbose ? Folds() : fold_slices(report);
    for (const GateResult& result : report.results) {
      Fold* const fold = find_fold(folds, result);
      if (fold == nullptr)
        table.rows.push_back(row_of(report, result));
      else if (!std::exchange(fold->shown, true))
        table.rows.push_back(fold->row(result));
    }
    const std::vector<std::string> remarks =
        page.width() > 0 && page.width() < kWidth ? take_remarks(table) : std::vector<std::string>();
    page.table(table);
    page.line();
    for (const std::string& remark : remarks) page.line(remark);
  }
  for (const GateOverride& override : report.overrides)
    page.line(fmt::format("`{}` is overridden by {}: {}", override.gate, override.who, override.reason));
  const bool passed = report.passed();
  page.line(
      {{passed ? "yes" : "no", passed ? Style::good : Style::bad},
       {fmt::format(
           ": {} {} `{}`{}", name_of(report.candidate), passed ? "may go to" : "may not go to", report.stage,
           report.champion && report.policy ? fmt::format("; compared with {}", name_of(*report.champion)) : "")}});
}

}  // namespace mlo::cli

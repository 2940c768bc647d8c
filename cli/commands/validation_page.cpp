#include "cli/commands/validation_page.hpp"

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

using validate::ExpectationResult;

std::string values_text(const ExpectationResult& result, const validate::FailingRow& row) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < row.values.size(); ++i)
    parts.push_back(fmt::format("{} = {}", result.columns[i], row.values[i].value_or("null")));
  return join(parts, ", ");
}

void sample_lines(Page& page, const ExpectationResult& result) {
  if (result.sample.empty() || result.success) return;
  page.line({{result.type, Style::name}, {result.bound.empty() ? "" : " " + result.bound}});
  for (const validate::FailingRow& row : result.sample)
    page.line({{fmt::format("  row {}: ", row.row), Style::dim}, {values_text(result, row)}});
  if (result.unexpected > result.sample.size())
    page.line({{fmt::format("  and {} more", format_count(result.unexpected - result.sample.size())), Style::dim}});
}

}  // namespace

void validation_lines(Page& page, const validate::ValidationReport& report) {
  Table table{.columns = {{"EXPECTATION", Align::left},
                          {"COLUMN", Align::left},
                          {"VERDICT", Align::left},
                          {"BOUND", Align::left, Fit::wrap},
                          {"FOUND", Align::left, Fit::wrap}},
              .rows = {}};
  for (const ExpectationResult& result : report.results) {
    table.rows.push_back({{result.type.substr(std::string_view("expect_").size())},
                          {join(result.columns, ", "), Style::name},
                          {result.success ? "ok" : "failed", result.success ? Style::good : Style::bad},
                          {bound_of(result), Style::dim},
                          {finding_of(result)}});
  }
  page.table(table);
  for (const ExpectationResult& result : report.results) sample_lines(page, result);
  page.line({{report.success() ? "valid" : "invalid", report.success() ? Style::good : Style::bad},
             {fmt::format(": {}: {}; {} {}", report.data, summary_of(report), format_count(report.rows),
                          report.rows == 1 ? "row" : "rows")}});
}

std::string suite_path(Context& ctx, const std::string& typed) {
  const auto path = relative_to(ctx.workspace().root(), absolute_in(ctx.world().cwd, typed));
  if (path && is_safe_relative(*path)) return *path;
  throw Error(ErrorKind::usage, fmt::format("`{}` is not in the repository", printable(typed)));
}

}  // namespace mlo::cli

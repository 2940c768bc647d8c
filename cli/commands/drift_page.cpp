#include "cli/commands/drift_page.hpp"

#include "lib/report/drift_html.hpp"
#include "lib/report/drift_prometheus.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

using drift::Outcome;

double read_number(std::string_view text, std::string_view option) {
  if (const auto value = parse_double(text)) return *value;
  throw Error(ErrorKind::usage, fmt::format("`{}` is no number for `{}`", printable(text), option));
}

/// "COLUMN=VALUE" at the last `=`, so that a column's name may hold one.
std::pair<std::string, std::string> split_assignment(const std::string& text) {
  const auto at = text.rfind('=');
  if (at == std::string::npos) return {"", text};
  return {text.substr(0, at), text.substr(at + 1)};
}

void print_summary(Page& page, const drift::DriftReport& report) {
  if (!report.added.empty()) page.line({{"new: ", Style::warn}, {join(report.added, ", ")}});
  page.line({{report.is_drift() ? "drift" : "no drift", report.is_drift() ? Style::bad : Style::good},
             {fmt::format(": {} of {} drifted ({:.0f}%, limit {:.0f}%); {} {} against {}", report.drifted(),
                          count_of(report.compared(), "column"), report.share() * 100, report.share_limit * 100,
                          format_count(report.reference_rows), report.reference_rows == 1 ? "row" : "rows",
                          format_count(report.current_rows))}});
}

}  // namespace

void declare_choice(Args& args, DriftChoice& choice) {
  args.option(choice.columns, "--column", "COLUMN", "compare only this column");
  args.option(choice.ignored, "--ignore", "COLUMN", "leave this column out");
  args.option(choice.tests, "--test", "[COLUMN=]TEST", "test to use: for one column, or for every column it reads");
  args.option(choice.thresholds, "--threshold", "[COLUMN=]VALUE", "score from which a column has drifted");
  args.option(choice.kinds, "--as", "COLUMN=KIND", "compare this column as a `number` or a `category`");
  args.option(choice.share, "--share", "SHARE",
              "share of drifted columns from which the data has drifted (default: 0.5)");
}

drift::DriftOptions read_choice(const DriftChoice& choice, drift::DriftOptions base) {
  if (!choice.columns.empty()) base.columns = choice.columns;
  if (!choice.ignored.empty()) base.ignored = choice.ignored;
  std::vector<std::string> tests;
  for (const std::string& text : choice.tests) {
    auto [column, test] = split_assignment(text);
    if (column.empty()) {
      tests.push_back(test);
    } else {
      base.column_tests[column] = test;
    }
  }
  if (!tests.empty()) base.tests = tests;
  for (const std::string& text : choice.thresholds) {
    const auto [column, value] = split_assignment(text);
    const double threshold = read_number(value, "--threshold");
    if (column.empty()) {
      base.threshold = threshold;
    } else {
      base.column_thresholds[column] = threshold;
    }
  }
  for (const std::string& text : choice.kinds) {
    const auto [column, kind] = split_assignment(text);
    if (column.empty() || (kind != "number" && kind != "category")) {
      throw Error(ErrorKind::usage, fmt::format("`{}` is not COLUMN=KIND", printable(text)))
          .hint("a kind is `number` or `category`");
    }
    base.kinds[column] = kind == "number" ? drift::ColumnKind::number : drift::ColumnKind::category;
  }
  if (choice.share) base.share = read_number(*choice.share, "--share");
  drift::require_valid(base);
  return base;
}

void declare_files(Args& args, DriftFiles& files) {
  args.option(files.html, "--html", "FILE", "write a page with both distributions of every column");
  args.option(files.prometheus, "--prometheus", "FILE", "write scores for Prometheus' textfile collector (FILE.prom)");
}

void write_files(Context& ctx, const DriftFiles& files, const drift::DriftReport& report) {
  const fs::path& cwd = ctx.world().cwd;
  if (files.html) write_file(absolute_in(cwd, *files.html), report::drift_html(report));
  if (files.prometheus) write_file(absolute_in(cwd, *files.prometheus), report::drift_prometheus(report));
}

void report_lines(Page& page, const drift::DriftReport& report) {
  Table table{.columns = {{"column", Align::left},
                          {"verdict", Align::left},
                          {"score", Align::right},
                          {"limit", Align::right},
                          {"test", Align::left},
                          {"note", Align::left, Fit::wrap}},
              .rows = {}};
  for (const drift::ColumnDrift& column : report.columns) {
    std::vector<std::string> notes = column.notes;
    if (!column.reason.empty()) notes.insert(notes.begin(), column.reason);
    const Style style = column.outcome == Outcome::drifted  ? Style::bad
                        : column.outcome == Outcome::stable ? Style::good
                                                            : Style::dim;
    table.rows.push_back({{column.name, Style::name},
                          {std::string(to_string(column.outcome)), style},
                          {column.score ? fmt::format("{:.4g}", *column.score) : "-", Style::number},
                          {column.test.empty() ? "-" : fmt::format("{:.4g}", column.threshold), Style::dim},
                          {column.test.empty() ? "-" : column.test},
                          {join(notes, "; "), Style::dim}});
  }
  page.table(table);
  print_summary(page, report);
}

fs::path last_report_file(const Workspace& workspace) { return workspace.local() / "drift" / "last.json"; }

Workspace* find_workspace(Context& ctx) {
  try {
    return &ctx.workspace();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_found) throw;
    return nullptr;
  }
}

}  // namespace mlo::cli

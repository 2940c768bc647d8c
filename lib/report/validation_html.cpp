#include "lib/report/validation_html.hpp"

#include "lib/report/html_page.hpp"
#include "lib/report/markup.hpp"
#include "lib/util/text.hpp"

namespace mlo::report {
namespace {

using validate::ExpectationResult;
using validate::ValidationReport;

constexpr std::string_view kStyle =
    R"(h1 { font-size: 1.3em; margin: 1.5em 0 0; overflow-wrap: anywhere; } p { margin: .3em 0 1em; }
th, td { text-align: left; padding: .25em 1em .25em 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
table table { font-size: .93em; margin-top: .4em; width: auto; } table table td, table table th { border: 0; padding: 0 1.4em 0 0; }
)";

std::string sample_table(const ExpectationResult& result) {
  if (result.sample.empty()) return "";
  std::string out = "<table><tr><th>row</th>";
  for (const std::string& column : result.columns) out += fmt::format("<th>{}</th>", escape_markup(column));
  out += "</tr>";
  for (const validate::FailingRow& row : result.sample) {
    out += fmt::format("<tr><td class=\"dim\">{}</td>", row.row);
    for (const auto& value : row.values)
      out += value ? fmt::format("<td>{}</td>", escape_markup(*value)) : "<td class=\"dim\">null</td>";
    out += "</tr>";
  }
  return out + "</table>";
}

std::string result_row(const ExpectationResult& result) {
  return fmt::format("<tr><td>{}</td><td>{}</td><td class=\"{}\">{}</td><td class=\"dim\">{}</td><td>{}{}</td></tr>\n",
                     escape_markup(result.type), escape_markup(join(result.columns, ", ")),
                     result.success ? "good" : "bad", result.success ? "ok" : "failed", escape_markup(bound_of(result)),
                     escape_markup(finding_of(result)), sample_table(result));
}

std::string section(const ValidationReport& report) {
  std::string out = fmt::format("<h1>{} <span class=\"{}\">{}</span></h1>\n", escape_markup(report.data),
                                report.success() ? "good" : "bad", report.success() ? "valid" : "invalid");
  out += fmt::format("<p>{}; {} rows; suite {}. <span class=\"dim\">{} UTC{}</span></p>\n", summary_of(report),
                     format_count(report.rows), escape_markup(report.suite), format_utc_short(report.when),
                     report.id ? "; " + escape_markup(*report.id) : "");
  out += "<table><tr><th>expectation</th><th>column</th><th>verdict</th><th>bound</th><th>found</th></tr>\n";
  for (const bool success : {false, true}) {
    for (const ExpectationResult& result : report.results) {
      if (result.success == success) out += result_row(result);
    }
  }
  return out + "</table>\n";
}

}  // namespace

std::string validation_html(std::span<const ValidationReport> reports) {
  std::string out = page_begin("data validation", kStyle);
  for (const ValidationReport& report : reports) out += section(report);
  return out.append(page_end());
}

}  // namespace mlo::report

#include "lib/report/validation_junit.hpp"

#include "lib/report/markup.hpp"
#include "lib/util/text.hpp"

namespace mlo::report {
namespace {

using validate::ExpectationResult;
using validate::ValidationReport;

std::string case_markup(const ValidationReport& report, const ExpectationResult& result) {
  std::string name = result.type;
  if (!result.columns.empty()) name += fmt::format(" ({})", join(result.columns, ", "));
  std::string out =
      fmt::format("    <testcase classname=\"{}\" name=\"{}\"", escape_markup(report.data), escape_markup(name));
  if (result.success) return out + "/>\n";
  out += fmt::format(">\n      <failure message=\"{}\">", escape_markup(finding_of(result)));
  if (!result.bound.empty()) out += escape_markup(result.bound) + "\n";
  for (const validate::FailingRow& row : result.sample) {
    std::vector<std::string> values;
    for (const auto& value : row.values) values.push_back(value.value_or("null"));
    out += fmt::format("row {}: {}\n", row.row, escape_markup(join(values, ", ")));
  }
  return out + "</failure>\n    </testcase>\n";
}

std::string counts(std::size_t tests, std::size_t failures) {
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\"", tests, failures);
}

}  // namespace

std::string validation_junit(std::span<const ValidationReport> reports) {
  std::size_t tests = 0, failures = 0;
  std::string suites;
  for (const ValidationReport& report : reports) {
    tests += report.results.size();
    failures += report.failed();
    suites += fmt::format("  <testsuite name=\"{}\" {} timestamp=\"{}\">\n", escape_markup(report.data),
                          counts(report.results.size(), report.failed()), format_utc(report.when).substr(0, 19));
    for (const ExpectationResult& result : report.results) suites += case_markup(report, result);
    suites += "  </testsuite>\n";
  }
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n{}</testsuites>\n",
                     counts(tests, failures), suites);
}

}  // namespace mlo::report

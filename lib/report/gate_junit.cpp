#include "lib/report/gate_junit.hpp"

#include "lib/report/markup.hpp"
#include "lib/util/text.hpp"

namespace mlo::report {
namespace {

std::string line_of(const GateResult& result) {
  std::string out = fmt::format("{}: {}", result.what, to_string(result.verdict));
  if (result.candidate) out += fmt::format(" with {:.6g}", *result.candidate);
  if (result.champion) out += fmt::format(", champion {:.6g}", *result.champion);
  if (!result.bound.empty()) out += fmt::format(" ({})", result.bound);
  if (!result.reason.empty()) out += ": " + result.reason;
  return out;
}

/// All results of one gate.
struct Case {
  std::string gate;
  Severity severity = Severity::hard;
  std::vector<std::string> lines;
  std::string refusal;  ///< the first result that is not a pass
  std::size_t refused = 0;
};

std::vector<Case> cases_of(const GateReport& report) {
  std::vector<Case> out;
  for (const GateResult& result : report.results) {
    auto at = std::find_if(out.begin(), out.end(), [&](const Case& c) { return c.gate == result.gate; });
    if (at == out.end()) at = out.insert(at, {result.gate, result.severity, {}, {}, 0});
    at->lines.push_back(line_of(result));
    if (result.verdict == Verdict::pass) continue;
    if (at->refused++ == 0) at->refusal = at->lines.back();
  }
  return out;
}

std::string case_markup(const GateReport& report, const Case& entry) {
  std::string out = fmt::format("    <testcase classname=\"{}\" name=\"{}\">\n", escape_markup(report.stage),
                                escape_markup(entry.gate));
  const std::string more = entry.refused > 1 ? fmt::format(" (and {} more)", entry.refused - 1) : std::string();
  const GateOverride* const override = report.find_override(entry.gate);
  if (entry.refused > 0 && override != nullptr) {
    out += fmt::format("      <skipped message=\"overridden by {}: {}\"/>\n", escape_markup(override->who),
                       escape_markup(override->reason));
  } else if (entry.refused > 0 && entry.severity == Severity::soft) {
    out += fmt::format("      <skipped message=\"soft: {}{}\"/>\n", escape_markup(entry.refusal), more);
  } else if (entry.refused > 0) {
    out += fmt::format("      <failure message=\"{}{}\"/>\n", escape_markup(entry.refusal), more);
  }
  out += "      <system-out>";
  for (const std::string& line : entry.lines) out += escape_markup(line) + "\n";
  return out + "</system-out>\n    </testcase>\n";
}

struct Counts {
  std::size_t tests = 0, failures = 0, skipped = 0;
  std::string str() const {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"", tests, failures, skipped);
  }
};

std::string suite_markup(const GateReport& report, Counts& all) {
  const std::vector<Case> cases = cases_of(report);
  Counts own{cases.size(), 0, 0};
  for (const Case& entry : cases) {
    if (entry.refused == 0) continue;
    const bool lets_pass = entry.severity == Severity::soft || report.find_override(entry.gate) != nullptr;
    ++(lets_pass ? own.skipped : own.failures);
  }
  std::string out = fmt::format("  <testsuite name=\"{}@v{} to {}\" {} timestamp=\"{}\">\n",
                                escape_markup(report.candidate.name), escape_markup(report.candidate.version),
                                escape_markup(report.stage), own.str(), format_utc(report.when).substr(0, 19));
  for (const Case& entry : cases) out += case_markup(report, entry);
  all.tests += own.tests;
  all.failures += own.failures;
  all.skipped += own.skipped;
  return out + "  </testsuite>\n";
}

}  // namespace

std::string gate_junit(std::span<const GateReport> reports) {
  Counts all;
  std::string suites;
  for (const GateReport& report : reports) suites += suite_markup(report, all);
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {}>\n{}</testsuites>\n", all.str(),
                     suites);
}

}  // namespace mlo::report

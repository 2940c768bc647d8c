#include "lib/report/gate_markdown.hpp"

#include "lib/report/markup.hpp"
#include "lib/util/text.hpp"

namespace mlo::report {
namespace {

constexpr std::size_t kMostBytes = 900'000;

/// Text of others, so that it can neither break the table nor mean anything.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : escape_markup(text)) {
    if (std::string_view("\\`*_[]|#~@!").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string number(const std::optional<double>& value) { return value ? fmt::format("{:.6g}", *value) : ""; }

std::string verdict_of(const GateReport& report, const GateResult& result) {
  if (result.verdict == Verdict::pass) return "✅ pass";
  const std::string word(to_string(result.verdict));
  if (report.find_override(result.gate) != nullptr) return "⚠️ " + word + ", overridden";
  return result.severity == Severity::soft ? "⚠️ " + word + ", soft" : "❌ " + word;
}

std::string row_of(const GateReport& report, const GateResult& result) {
  return fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", verdict_of(report, result), plain(result.gate),
                     plain(result.what), number(result.candidate), number(result.champion), plain(result.bound),
                     plain(result.reason));
}

/// The rows in the report's order, so many as fit; refusals have the first claim.
std::string rows_of(const GateReport& report) {
  std::vector<std::string> rows;
  for (const GateResult& result : report.results) rows.push_back(row_of(report, result));
  std::size_t used = 0, left_out = 0;
  std::vector<bool> shown(rows.size(), false);
  for (const bool passes : {false, true}) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if ((report.results[i].verdict == Verdict::pass) != passes) continue;
      shown[i] = used + rows[i].size() <= kMostBytes;
      used += shown[i] ? rows[i].size() : 0;
      left_out += shown[i] ? 0 : 1;
    }
  }
  std::string out;
  for (std::size_t i = 0; i < rows.size(); ++i) out += shown[i] ? rows[i] : "";
  if (left_out > 0) out += fmt::format("\n{} left out.\n", count_of(left_out, "row"));
  return out;
}

}  // namespace

std::string gate_markdown(const GateReport& report) {
  const auto name = [](const ReportedVersion& version) { return plain(version.name + "@v" + version.version); };
  std::string out = fmt::format("## {} {} → {}: {}\n\n", report.passed() ? "✅" : "❌", name(report.candidate),
                                plain(report.stage), report.passed() ? "may be promoted" : "is refused");
  out += report.champion ? fmt::format("Champion: {}. ", name(*report.champion)) : "No champion. ";
  if (report.holdout) out += fmt::format("Holdout: {} `{}`. ", plain(report.holdout->name), report.holdout->id.brief());
  out += report.policy_commit.empty() ? "The stage has no policy.\n"
                                      : fmt::format("Policy at `{}`.\n", plain(report.policy_commit.substr(9, 12)));
  if (!report.results.empty()) {
    out += "\n| | gate | what | candidate | champion | bound | remark |\n|---|---|---|--:|--:|---|---|\n";
    out += rows_of(report);
  }
  for (const GateOverride& override : report.overrides)
    out += fmt::format("\n⚠️ {} was overridden by {}: {}\n", plain(override.gate), plain(override.who),
                       plain(override.reason));
  return out;
}

}  // namespace mlo::report

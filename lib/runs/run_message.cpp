#include "lib/runs/run_message.hpp"

#include <cmath>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kSubjectLimit = 72;
constexpr std::size_t kMostRows = 50;

using Rows = std::vector<std::pair<std::string, std::string>>;

void section(std::string& out, std::string_view title, const Rows& rows) {
  if (rows.empty()) return;
  std::size_t width = 0;
  for (const auto& [key, value] : rows) width = std::max(width, std::min<std::size_t>(key.size(), 40));
  out += fmt::format("\n{}\n", title);
  for (std::size_t i = 0; i < std::min(rows.size(), kMostRows); ++i) {
    out += fmt::format("  {:<{}}  {}\n", rows[i].first, width, rows[i].second);
  }
  if (rows.size() > kMostRows) out += fmt::format("  and {} more\n", rows.size() - kMostRows);
}

std::string subject(const RunRecord& run) {
  std::string out = fmt::format("{} {}", printable(run.name), to_string(run.status));
  std::string separator = ": ";
  // Slices such as recall[carrier=AA] are detail.
  for (const auto& [key, point] : run.metrics) {
    if (key.find('[') != std::string::npos) continue;
    const std::string piece = fmt::format("{}{} {}", separator, key, format_metric(point.value));
    if (out.size() + piece.size() > kSubjectLimit) continue;
    out += piece;
    separator = ", ";
  }
  return out;
}

std::string command_line(const RunRecord& run) {
  std::vector<std::string> words;
  for (const std::string& word : run.command) words.push_back(shell_quote(printable(word)));
  return join(words, " ");
}

std::string code_line(const CodeState& code) {
  std::string out = code.commit.empty() ? "no commit yet" : code.commit.substr(code.commit.find(':') + 1).substr(0, 12);
  if (!code.branch.empty()) out += fmt::format(" on {}", printable(code.branch));
  if (code.dirty) out += ", with uncommitted changes";
  return out;
}

}  // namespace

std::string format_metric(double value) {
  if (!std::isfinite(value)) return format_double(value);
  if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{:.0f}", value);
  return fmt::format("{:.5g}", value);
}

std::string run_message(const RunRecord& run, const std::vector<RunRecord>& stages) {
  std::string out = subject(run) + "\n\n";
  Rows head;
  out += fmt::format("{:<10}{}\n", "command", command_line(run));
  out += fmt::format("{:<10}{}\n", "code", code_line(run.code));
  out += fmt::format("{:<10}{}{}\n", "took", format_seconds(run.usage.wall_seconds),
                     run.exit_code == 0 ? "" : fmt::format(", exit code {}", run.exit_code));
  Rows metrics, params, rows;
  for (const auto& [key, point] : run.metrics) metrics.emplace_back(key, format_metric(point.value));
  for (const auto& [key, value] : run.params.members())
    params.emplace_back(printable(key), printable(display(value)).substr(0, 200));
  for (const RunRecord& stage : stages) {
    const std::string took =
        stage.status == RunStatus::cached ? "" : fmt::format(", {}", format_seconds(stage.usage.wall_seconds));
    rows.emplace_back(printable(stage.stage), fmt::format("{}{}", to_string(stage.status), took));
  }
  section(out, "metrics", metrics);
  section(out, "params", params);
  section(out, "stages", rows);
  out += fmt::format("\nMlo-Run: {}\n", run.id);
  for (const auto& [name, id] : run.datasets) out += fmt::format("Mlo-Data: {} {}\n", name, id);
  return out;
}

std::string amendment_message(const std::vector<RunAmendment>& amendments, const std::vector<std::string>& names) {
  const auto describe = [&](std::size_t i) {
    const RunAmendment& a = amendments[i];
    const std::string name = printable(names[i]);
    if (a.deleted) return fmt::format("{} {}", *a.deleted ? "delete" : "restore", name);
    if (a.note) return fmt::format("note on {}: {}", name, printable(*a.note).substr(0, 200));
    if (a.name) return fmt::format("rename {} to {}", name, printable(*a.name));
    std::vector<std::string> tags;
    for (const auto& [key, value] : a.tags)
      tags.push_back(value ? fmt::format("{}={}", key, printable(*value)) : "-" + key);
    return fmt::format("tag {}: {}", name, join(tags, " "));
  };
  std::string out =
      amendments.size() == 1 ? describe(0) : fmt::format("{} and {} more", describe(0), amendments.size() - 1);
  out += '\n';
  for (std::size_t i = 1; i < amendments.size(); ++i)
    out += fmt::format("{}{}", i == 1 ? "\n" : "", describe(i)) + "\n";
  out += '\n';
  for (const RunAmendment& a : amendments) out += fmt::format("Mlo-Amends: {}\n", a.run);
  return out;
}

std::string attestation_message(const std::vector<Attestation>& attestations) {
  const Attestation& first = attestations.front();
  std::string out = fmt::format("verify {}: {}", first.run.substr(0, 12), to_string(first.verdict));
  if (attestations.size() > 1) out += fmt::format(" and {} more", attestations.size() - 1);
  out += "\n\n";
  Rows rows;
  for (const Attestation& attestation : attestations) {
    for (const AttestedStage& stage : attestation.stages)
      rows.emplace_back(printable(stage.stage), std::string(to_string(stage.verdict)));
  }
  section(out, "stages", rows);
  out += '\n';
  for (const Attestation& attestation : attestations) out += fmt::format("Mlo-Attests: {}\n", attestation.run);
  return out;
}

std::string merge_message() { return "merge the runs of another clone\n"; }

}  // namespace mlo

#include "lib/runs/run_message.hpp"

#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::size_t kSubject = 100;
constexpr std::size_t kListed = 40;

std::string number(double value) { return fmt::format("{:.6g}", value); }

/// Metrics that say most in one line: whole ones before slices.
std::string headline(const RunRecord& run) {
  std::string out;
  for (const auto& [key, point] : run.metrics) {
    if (key.find('[') != std::string::npos) continue;
    const std::string item = fmt::format("{}{}={}", out.empty() ? "" : " ", key, number(point.value));
    if (out.size() + item.size() > kSubject / 2) break;
    out += item;
  }
  return out;
}

std::string subject(const RunRecord& run) {
  std::string line = fmt::format("run {}: {}", run.name, to_string(run.status));
  const std::string metrics = headline(run);
  if (!metrics.empty()) line += ", " + metrics;
  if (metrics.empty() && !run.command.empty()) line += ", " + join(run.command, " ");
  return printable(line).substr(0, kSubject);
}

}  // namespace

std::string run_message(const RunRecord& run, const std::vector<RunRecord>& stages) {
  std::string out = subject(run) + "\n\n";
  out += fmt::format("command: {}\ntook: {}\n", printable(join(run.command, " ")), format_seconds(run.usage.wall_seconds));
  for (const RunRecord& stage : stages) {
    out += fmt::format("stage {}: {}{}\n", stage.stage, to_string(stage.status),
                       stage.status == RunStatus::cached ? "" : fmt::format(" in {}", format_seconds(stage.usage.wall_seconds)));
  }
  std::size_t listed = 0;
  for (const auto& [key, point] : run.metrics) {
    if (++listed > kListed) break;
    out += fmt::format("metric {}: {}\n", key, number(point.value));
  }
  listed = 0;
  for (const auto& [key, value] : run.params.members()) {
    if (++listed > kListed) break;
    out += fmt::format("param {}: {}\n", printable(key), printable(display(value)));
  }
  out += fmt::format("\nMlo-Run: {}\n", run.id);
  if (!run.code.commit.empty()) out += fmt::format("Mlo-Code: {}{}\n", run.code.commit, run.code.dirty ? " dirty" : "");
  for (const auto& [name, id] : run.datasets) out += fmt::format("Mlo-Data: {} {}\n", name, id);
  return out;
}

}  // namespace mlo

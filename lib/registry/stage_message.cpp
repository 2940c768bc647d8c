#include "lib/registry/stage_message.hpp"

#include "lib/crypto/sha256.hpp"
#include "lib/registry/registry_message.hpp"
#include "lib/runs/run_message.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

constexpr std::string_view kReport = "mlo: gate-report/1\n", kRollback = "mlo: rollback/1\n";

std::string with_trailers(std::string summary, const std::string& document, std::string_view tag) {
  return fmt::format("{}\n{}\nMlo-Tag: {}\nMlo-Report: {}\n", summary, document, tag, sha256(document).str());
}

std::string result_line(const GateResult& result) {
  std::string out =
      fmt::format("  {:<8}{} {}", to_string(result.verdict), printable(result.gate), printable(result.what));
  if (result.candidate) out += " " + format_metric(*result.candidate);
  if (result.champion) out += fmt::format(" (champion {})", format_metric(*result.champion));
  if (!result.bound.empty()) out += ": " + printable(result.bound);
  return out + "\n";
}

/// Where the document begins: at its first line, wherever that stands.
std::size_t find_document(std::string_view message, std::string_view first_line) {
  for (std::size_t at = message.find(first_line); at != std::string_view::npos; at = message.find(first_line, at + 1)) {
    if (at == 0 || message[at - 1] == '\n') return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::string promotion_message(const GateReport& r, std::string_view tag) {
  std::string out = fmt::format("promote {} v{} to {}\n\n", r.candidate.name, r.candidate.version, r.stage);
  if (r.champion) out += fmt::format("over v{}\n", printable(r.champion->version));
  if (!r.policy) out += fmt::format("no policy for {}: nothing was asked\n", r.stage);
  for (const GateResult& result : r.results) out += result_line(result);
  for (const GateOverride& o : r.overrides)
    out += fmt::format("  {} overridden by {}: {}\n", printable(o.gate), printable(o.who), printable(o.reason));
  return with_trailers(std::move(out), emit_gate_report(r), tag);
}

std::string rollback_message(const Rollback& r, std::string_view tag) {
  std::string out = fmt::format("roll {} in {} back to v{}\n\n", r.name, r.stage, r.version);
  if (!r.replaces.empty()) out += fmt::format("from v{}\n", printable(r.replaces));
  if (!r.reason.empty()) out += fmt::format("reason: {}\n", printable(r.reason));
  out += fmt::format("as promoted by {}\n", printable(r.promotion));
  return with_trailers(std::move(out), emit_rollback(r), tag);
}

StageMessage read_stage_message(std::string_view message, std::string_view tag) {
  const auto no = [](std::string why) { return Error(ErrorKind::verdict, std::move(why)); };
  const std::size_t report = find_document(message, kReport), rollback = find_document(message, kRollback);
  const std::size_t begin = std::min(report, rollback), end = message.rfind("\n\nMlo-Tag: ");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
    throw no("its message holds no report: it was not made by `mlo promote`");
  StageMessage out{std::string(message.substr(begin, end + 1 - begin)), {}, rollback < report};
  out.digest = sha256(out.document);
  if (find_trailer(message, "Mlo-Tag") != tag) throw no("its message is that of another tag");
  if (find_trailer(message, "Mlo-Report") != out.digest.str()) throw no("its report was altered");
  return out;
}

}  // namespace mlo

#include "cli/commands/attestation_page.hpp"

#include "lib/util/text.hpp"

namespace mlo::cli {

Style verdict_style(Reproduction verdict) {
  if (is_reproduced(verdict)) return Style::good;
  return verdict == Reproduction::not_comparable ? Style::warn : Style::bad;
}

std::string describe(const Attestation& a) {
  std::string out =
      fmt::format("by {}, {} UTC, {}", a.verifier, format_utc_short(a.time), count_of(a.stages.size(), "stage"));
  if (a.tolerance > 0) out += fmt::format(", numbers within {}", format_double(a.tolerance));
  if (a.executions > 1) out += ", run twice";
  for (const AttestedStage& stage : a.stages) {
    if (!is_reproduced(stage.verdict)) return out + fmt::format("; `{}`: {}", stage.stage, stage.reason);
  }
  return out;
}

Value attestations_value(const std::vector<Attestation>& attestations) {
  Value out = Value::array();
  for (const Attestation& attestation : attestations) out.push(to_value(attestation));
  return out;
}

}  // namespace mlo::cli

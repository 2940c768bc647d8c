#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/codec/value.hpp"
#include "lib/crypto/digest.hpp"
#include "lib/manifest/model.hpp"
#include "lib/util/utc_time.hpp"

namespace mlo {

/// Missing is a value that is not there or not a number; it never passes.
enum class Verdict { pass, fail, missing };
std::string_view to_string(Verdict verdict);

/// hard: a verdict that is not pass refuses the promotion. soft: it is only shown.
enum class Severity { hard, soft };

/// One line of a report: one gate, or one slice of it.
struct GateResult {
  std::string gate;   ///< id in the policy
  std::string check;  ///< metric, fairness, latency, commit-on, ..
  std::string what;   ///< "auc", "recall[gender=f]"
  Severity severity = Severity::hard;
  Verdict verdict = Verdict::missing;
  std::optional<double> candidate, champion;
  std::string bound;   ///< "at least 0.85; at most 0.005 below the champion"
  std::string reason;  ///< one line: why not, or how near; empty if there is nothing to say
};

/// A model version as a report names it.
struct ReportedVersion {
  std::string name, version;
  Digest id;           ///< content of the model
  std::string commit;  ///< git-sha1:.. that its version tag points at
  std::string run;     ///< of the evaluation; empty if the policy evaluates nothing
  std::map<std::string, double> metrics;
};

/// Somebody let a candidate pass a gate that said no.
struct GateOverride {
  std::string gate, reason, who;
};

/// Kind `gate-report/1`: what the gates of a stage said about a candidate. Its canonical text stands in the message of
/// the promotion's tag.
struct GateReport {
  std::string stage;
  UtcTime when;
  std::string policy_commit;     ///< git-sha1:.. the policy was read at; empty if there is no policy for the stage
  std::optional<Digest> policy;  ///< of its bytes
  std::optional<UsedDataset> holdout;
  ReportedVersion candidate;
  std::optional<ReportedVersion> champion;
  std::vector<GateResult> results;  ///< in the policy's order
  std::vector<GateOverride> overrides;

  /// Every hard gate passes or is overridden.
  bool passed() const;
  /// Nothing if nobody let the gate pass.
  const GateOverride* find_override(std::string_view gate) const;
};

/// The report as its text has it, for JSON too.
Value to_value(const GateReport& report);
std::string emit_gate_report(const GateReport& report);
GateReport parse_gate_report(std::string_view text, std::string_view source);

}  // namespace mlo

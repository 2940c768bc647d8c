#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/codec/value.hpp"
#include "lib/manifest/gate_report.hpp"

namespace mlo {

/// Whom a candidate is compared with.
struct BaselinePolicy {
  std::string stage;      ///< the holder of this stage; the policy's own stage unless it says otherwise
  bool required = false;  ///< `on_missing: fail`: nobody holds it, so a comparison says no
};

/// What runs for the candidate and for the champion.
struct EvaluationPolicy {
  std::string stage;        ///< of the pipeline
  std::string pipeline;     ///< directory of the pipeline file; "" is the root
  std::string dataset;      ///< the holdout
  std::string model;        ///< where the pipeline wants the model; empty: where the version was made
  std::string predictions;  ///< table file that the stage writes, one row a row of the holdout; empty: none
  std::string label, score;
  std::vector<std::string> slices;  ///< columns
  std::uint64_t min_rows = 1;
  double threshold = 0.5;  ///< predicted positive from this score on
};

/// One entry of `gates`: what all of them have. What its kind has besides is in `body`, for lib/gates to read.
struct GateRule {
  std::string id;
  Severity severity = Severity::hard;
  Value body;
};

/// `.mlo/gates/<stage>.yaml`, kind `gate/1`, written by people.
struct GatePolicy {
  std::string source;  ///< file that it was read from, for errors
  std::string stage;
  std::vector<std::string> from;  ///< stages the version must hold or have held
  BaselinePolicy baseline;
  std::optional<EvaluationPolicy> evaluation;
  std::vector<GateRule> gates;  ///< at least one, ids differ
};

/// Error{invalid} with file:line:column; a newer version says which mlo to use. Gates are read as far as GateRule goes.
GatePolicy parse_gate_policy(std::string_view text, std::string_view source);

}  // namespace mlo

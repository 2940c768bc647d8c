#pragma once
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/codec/reader.hpp"
#include "lib/gates/evaluate.hpp"
#include "lib/gates/predictions.hpp"
#include "lib/git/repository.hpp"

namespace mlo {

/// How one version did on the holdout.
struct Evaluated {
  std::map<std::string, double> metrics;  ///< from the stage's metric files; computed from `predictions` where mlo can
  std::optional<Predictions> predictions;
  std::string run;      ///< id of the evaluation's run
  std::string problem;  ///< one line; not empty: there are no metrics, because ..
};

/// All that a gate may look at.
struct GateFacts {
  const GatePolicy& policy;
  const GateSubject& candidate;
  const Evaluated& own;
  const Evaluated* champion;  ///< null: nobody holds the policy's baseline stage
  const Workspace& workspace;
  /// Its `cwd` is the top of a work tree at the policy's commit with the candidate's model in place, if needs_model().
  const World& site;
  git::ObjectId policy_commit = {};  ///< where the policy was read
  ContentFetch fetch = {};           ///< as in GateRequest
};

/// One gate of a policy. Asking it changes nothing and, given the same facts, answers the same.
class Gate {
 public:
  virtual ~Gate() = default;
  /// One result or more; `gate`, `check` and `severity` are filled in by the caller. A value that is not there or not a
  /// number is `missing`, never an exception. Throws Error{interrupted}.
  virtual std::vector<GateResult> ask(const GateFacts& facts) const = 0;
  /// True if it runs something in the work tree that GateFacts speaks of.
  virtual bool needs_model() const { return false; }
};

/// A kind of gate; the table is in all.cpp.
struct GateKind {
  std::string_view name;  ///< `check` in reports and, unless it goes by a metric, in policies
  /// Whether an entry of a policy is of this kind.
  bool (*claims)(const Value& body);
  /// Reads its fields; what it does not ask for is refused by the caller. Error{invalid} with file:line:column.
  std::unique_ptr<Gate> (*read)(ObjectReader& body, const GatePolicy& policy);
};

/// True if `body` says `check: NAME`.
bool is_check(const Value& body, std::string_view name);
/// What `body` says after `metric:`; empty if it has no metric.
std::string_view metric_of(const Value& body);

std::span<const GateKind> gate_kinds();

struct NamedGate {
  const GateRule* rule;  ///< in the policy
  std::string_view check;
  std::unique_ptr<Gate> gate;
};

/// Every gate of the policy, read strictly. Borrows the policy.
std::vector<NamedGate> read_gates(const GatePolicy& policy);

}  // namespace mlo

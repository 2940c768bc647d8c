#include "lib/gates/gate.hpp"
#include "tests/fuzz/fuzz.hpp"

// A policy, or a report out of somebody's tag: what is taken is written in one way.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  if (bytes.empty()) return;
  const std::string_view text = bytes.substr(1);
  if (bytes[0] == 'p') {
    const GatePolicy policy = parse_gate_policy(text, "prod.yaml");
    fuzz::require(read_gates(policy).size() == policy.gates.size());
    return;
  }
  const std::string written = emit_gate_report(parse_gate_report(text, "r.yaml"));
  fuzz::require(emit_gate_report(parse_gate_report(written, "again.yaml")) == written);
}

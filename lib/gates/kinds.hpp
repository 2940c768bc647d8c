#pragma once
#include "lib/gates/gate.hpp"

// One pair for each kind of gate, defined in the file of its name; all.cpp has the table.
namespace mlo {

#define MLO_GATE(name)                   \
  bool claims_##name(const Value& body); \
  std::unique_ptr<Gate> read_##name(ObjectReader& body, const GatePolicy& policy);

MLO_GATE(commit_on)
MLO_GATE(fairness)
MLO_GATE(latency)
MLO_GATE(metric)

#undef MLO_GATE

}  // namespace mlo

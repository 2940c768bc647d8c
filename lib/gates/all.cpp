#include "lib/gates/gate.hpp"
#include "lib/util/text.hpp"

namespace mlo {

// Every kind of gate, defined in the file of its name. The first that claims an entry of a policy reads it.
#define MLO_GATES(GATE)                    \
  GATE("latency", latency)                 \
  GATE("fairness", fairness)               \
  GATE("metric", metric)                   \
  GATE("commit-on", commit_on)             \
  GATE("data-validation", data_validation) \
  GATE("reproducible", reproducible)

#define MLO_DECLARE(check, name)         \
  bool claims_##name(const Value& body); \
  std::unique_ptr<Gate> read_##name(ObjectReader& body, const GatePolicy& policy);
MLO_GATES(MLO_DECLARE)
#undef MLO_DECLARE

namespace {

#define MLO_KIND(check, name) {check, claims_##name, read_##name},
constexpr GateKind kKinds[] = {MLO_GATES(MLO_KIND)};
#undef MLO_KIND

NamedGate read_gate(const GateRule& rule, const GatePolicy& policy) {
  for (const GateKind& kind : kKinds) {
    if (!kind.claims(rule.body)) continue;
    ObjectReader reader(rule.body, policy.source, fmt::format("gate `{}`", rule.id));
    for (const char* key : {"id", "severity", "metric", "check"}) reader.find(key);
    NamedGate out{&rule, kind.name, kind.read(reader, policy)};
    reader.finish();
    return out;
  }
  std::vector<std::string> checks;
  for (const GateKind& kind : kKinds) {
    if (kind.claims(Value(Value::Object{{"check", kind.name}}))) checks.emplace_back(kind.name);
  }
  const Value& check = *rule.body.find("check");
  const std::string near = nearest(check.as_string(), checks);
  fail_at(policy.source, check,
          fmt::format("unknown check `{}` in gate `{}`; {}", printable(check.as_string()), rule.id,
                      near.empty() ? fmt::format("known: `{}`", join(checks, "`, `"))
                                   : fmt::format("did you mean `{}`?", near)));
}

}  // namespace

std::span<const GateKind> gate_kinds() { return kKinds; }

bool is_check(const Value& body, std::string_view name) {
  const Value* check = body.find("check");
  return check != nullptr && check->is(Value::Type::string) && check->as_string() == name;
}

std::string_view metric_of(const Value& body) {
  const Value* metric = body.find("metric");
  return metric != nullptr && metric->is(Value::Type::string) ? std::string_view(metric->as_string()) : "";
}

std::vector<NamedGate> read_gates(const GatePolicy& policy) {
  std::vector<NamedGate> out;
  for (const GateRule& rule : policy.gates) out.push_back(read_gate(rule, policy));
  return out;
}

}  // namespace mlo

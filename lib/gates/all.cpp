#include "lib/gates/gate.hpp"
#include "lib/gates/kinds.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

// The first kind that claims an entry reads it.
constexpr GateKind kKinds[] = {
    {"latency", claims_latency, read_latency},
    {"fairness", claims_fairness, read_fairness},
    {"metric", claims_metric, read_metric},
    {"commit-on", claims_commit_on, read_commit_on},
};

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

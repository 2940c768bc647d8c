#include "cli/commands/assignment_page.hpp"

#include <set>

#include "lib/util/text.hpp"

namespace mlo::cli {

Value assignment_value(const Assignment& a) {
  Value overrides = Value::array();
  if (a.report) {
    for (const GateOverride& o : a.report->overrides)
      overrides.push(Value::object().set("gate", o.gate).set("reason", o.reason).set("who", o.who));
  }
  return Value::object()
      .set("model", a.model)
      .set("stage", a.stage)
      .set("tag", a.name)
      .set("counter", a.counter)
      .set("version", a.version ? Value(a.version->manifest.version) : Value())
      .set("commit", a.version ? Value(a.version->commit.hex()) : Value())
      .set("when", format_utc(a.when))
      .set("who", a.who)
      .set("verified", a.verified)
      .set("problem", a.problem)
      .set("removed", a.removed)
      .set("rollback", a.rollback)
      .set("reason", a.reason)
      .set("promotion", a.promotion)
      .set("policy", a.report && a.report->policy ? Value(a.report->policy->str()) : Value())
      .set("report", a.digest ? Value(a.digest->str()) : Value())
      .set("overrides", std::move(overrides));
}

Value promotion_value(const GateReport* report, const Assignment* made, bool promoted, bool dry_run) {
  return Value::object()
      .set("passed", report == nullptr || report->passed())
      .set("promoted", promoted)
      .set("dry_run", dry_run)
      .set("assignment", made == nullptr ? Value() : assignment_value(*made))
      .set("report", report == nullptr ? Value() : to_value(*report));
}

std::string remark_of(const Assignment& a) {
  if (!a.verified) return "unverified: " + a.problem;
  std::vector<std::string> parts;
  if (a.removed) parts.emplace_back("unassigned");
  if (a.rollback) parts.push_back(a.reason.empty() ? "rollback" : "rollback: " + a.reason);
  if (a.report && !a.rollback) {
    for (const GateOverride& o : a.report->overrides)
      parts.push_back(fmt::format("{} overridden: {}", o.gate, o.reason));
    if (!a.report->policy) parts.emplace_back("no policy");
  }
  return join(parts, "; ");
}

std::string stages_text(const std::vector<Assignment>& all, std::string_view version) {
  std::set<std::string> held;
  for (const Assignment& a : all) {
    const Assignment* holder = current_holder(all, a.stage);
    if (holder != nullptr && holder->version->manifest.version == version) held.insert(a.stage);
  }
  return join({held.begin(), held.end()}, ", ");
}

}  // namespace mlo::cli

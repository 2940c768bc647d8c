#include "cli/plan_page.hpp"

#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

bool is_quiet(const Assessment& assessment) {
  return assessment.state == StageState::up_to_date ||
         (assessment.state == StageState::frozen && assessment.reasons.empty());
}

Table::Cell verb(StageState state) {
  switch (state) {
    case StageState::stale:
      return {"will run", Style::warn};
    case StageState::waiting:
      return {"may run", Style::warn};
    case StageState::restorable:
      return {"will come from the cache", Style::good};
    case StageState::frozen:
      return {"is frozen", Style::dim};
    case StageState::up_to_date:
      return {"is up to date", Style::good};
  }
  return {};
}

Style style_of(StageState state) {
  if (state == StageState::up_to_date || state == StageState::restorable) return Style::good;
  return state == StageState::frozen ? Style::dim : Style::warn;
}

}  // namespace

Value reasons_value(const std::vector<Reason>& reasons) {
  Value out = Value::array();
  for (const Reason& reason : reasons) {
    Value item = Value::object();
    item.set("kind", to_string(reason.kind))
        .set("subject", reason.subject)
        .set("before", reason.before)
        .set("after", reason.after);
    out.push(std::move(item.set("text", describe(reason))));
  }
  return out;
}

Value plan_value(const Pipeline& pipeline, const Plan& plan) {
  Value out = Value::array();
  for (const PlannedStage& planned : plan.stages) {
    Value item = Value::object();
    item.set("stage", pipeline.graph().stage(planned.index).name).set("state", to_string(planned.assessment.state));
    out.push(std::move(item.set("reasons", reasons_value(planned.assessment.reasons))));
  }
  return out;
}

void print_reasons(const Pipeline& pipeline, const Plan& plan, Page& page) {
  bool any = false;
  for (const PlannedStage& planned : plan.stages) {
    if (is_quiet(planned.assessment)) continue;
    any = true;
    page.line({{pipeline.graph().stage(planned.index).name, Style::name}, {" ", {}}, verb(planned.assessment.state)});
    for (const Reason& reason : planned.assessment.reasons) page.line("  " + describe(reason));
  }
  if (!any) page.line("everything is up to date");
}

void print_states(const Pipeline& pipeline, const Plan& plan, Page& page) {
  Table table{{{"stage"}, {"state", Align::left, Fit::whole}, {"why", Align::left, Fit::wrap}}, {}};
  for (const PlannedStage& planned : plan.stages) {
    const Assessment& seen = planned.assessment;
    std::string why = seen.reasons.empty() ? "" : describe(seen.reasons.front());
    if (seen.reasons.size() > 1) why += fmt::format(" (and {} more)", seen.reasons.size() - 1);
    table.rows.push_back({{pipeline.graph().stage(planned.index).name, Style::name},
                          {std::string(to_string(seen.state)), style_of(seen.state)},
                          {why, Style::plain}});
  }
  page.table(table);
}

}  // namespace mlo::cli

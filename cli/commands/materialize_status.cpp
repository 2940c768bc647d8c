#include "cli/commands/view_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

using features::ViewAction;
using features::ViewPlan;

/// How long ago, in seconds; nothing if there is no moment.
std::optional<double> age(const ViewPlan& plan, UtcTime now) {
  if (!plan.state || !plan.state->newest) return std::nullopt;
  return static_cast<double>((now - *plan.state->newest).count()) / 1e6;
}

/// "3 h 5 min", or days for what is old.
std::string show_age(double seconds) {
  return seconds < 2 * 86400 ? format_seconds(seconds) : fmt::format("{:.0f} d", seconds / 86400);
}

/// Every value is older than the ttl allows.
bool is_expired(const ViewPlan& plan, UtcTime now) {
  return plan.view->ttl.count() != 0 && plan.state && plan.state->newest && now - *plan.state->newest > plan.view->ttl;
}

std::string_view state_of(const ViewPlan& plan) {
  return !plan.state ? "missing" : plan.action == ViewAction::none ? "current" : "stale";
}

Value to_value(const PlannedViews& planned, UtcTime now) {
  Value views = Value::array();
  for (const ViewPlan& plan : planned.plans) {
    const auto seconds = age(plan, now);
    views.push(Value::object()
                   .set("name", plan.view->name)
                   .set("state", state_of(plan))
                   .set("reasons", names_value(plan.reasons))
                   .set("keys", plan.state ? plan.state->keys : 0)
                   .set("newest", newest_value(plan.state))
                   .set("age_seconds", seconds ? Value(*seconds) : Value())
                   .set("ttl_seconds", static_cast<double>(plan.view->ttl.count()) / 1e6)
                   .set("expired", is_expired(plan, now))
                   .set("materialized", plan.state ? Value(format_utc(plan.state->updated)) : Value()));
  }
  return Value::object().set("views", std::move(views)).set("undefined", names_value(planned.orphans));
}

void lines(Page& page, const PlannedViews& planned, UtcTime now) {
  Table table{{{"view"},
               {"state"},
               {"keys", Align::right},
               {"newest", Align::left, Fit::whole},
               {"age", Align::right},
               {"ttl", Align::right},
               {"why", Align::left, Fit::wrap}},
              {}};
  for (const ViewPlan& plan : planned.plans) {
    const auto seconds = age(plan, now);
    const std::string_view state = state_of(plan);
    std::vector<std::string> why = plan.reasons;
    if (is_expired(plan, now)) why.emplace_back("its newest row is older than the ttl");
    table.rows.push_back(
        {{plan.view->name, Style::name},
         {std::string(state), state == "current" ? Style::good : Style::warn},
         {plan.state ? format_count(plan.state->keys) : "-", Style::number},
         {newest_text(plan.state)},
         {seconds ? show_age(*seconds) : "-", Style::number},
         {plan.view->ttl.count() == 0 ? "-" : show_age(static_cast<double>(plan.view->ttl.count()) / 1e6), Style::dim},
         {join(why, "; "), Style::dim}});
  }
  print_views(page, table, planned.orphans, "", " is in the store, and nobody defines it");
  if (std::any_of(planned.plans.begin(), planned.plans.end(),
                  [](const ViewPlan& plan) { return plan.action != ViewAction::none; }))
    page.line({{"`mlo materialize` brings them up to date", Style::dim}});
}

int run(Context& ctx, const ViewChoice& o) {
  const PlannedViews planned(ctx, o);
  const UtcTime now = ctx.world().clock.now();
  ctx.print([&] { return to_value(planned, now); }, [&](Page& page) { lines(page, planned, now); });
  return exit_code::ok;
}

}  // namespace

Command materialize_status() {
  CommandInfo info;
  info.path = "materialize status";
  info.summary = "show how fresh the online store is";
  info.description =
      "For each view: whether the store holds what the inputs say (`current`, `stale` or `missing`), how many keys, "
      "and how "
      "old the newest row is. Nothing is changed but the stat cache.";
  info.examples = {{"mlo materialize status", "freshness of all views"}, {"mlo materialize status weather", "of one"}};
  return make_command<ViewChoice>(std::move(info), declare_views, run);
}

}  // namespace mlo::cli

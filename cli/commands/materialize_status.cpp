#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/features/materialize.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

using features::ViewAction;
using features::ViewPlan;

struct Options {};

void declare(Args&, Options&) {}

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

Value to_value(const std::vector<ViewPlan>& plans, const std::vector<std::string>& orphans, UtcTime now) {
  Value views = Value::array(), removed = Value::array();
  for (const ViewPlan& plan : plans) {
    Value reasons = Value::array();
    for (const std::string& reason : plan.reasons) reasons.push(reason);
    const auto seconds = age(plan, now);
    views.push(Value::object()
                   .set("name", plan.view->name)
                   .set("state", state_of(plan))
                   .set("reasons", std::move(reasons))
                   .set("keys", plan.state ? plan.state->keys : 0)
                   .set("newest", plan.state && plan.state->newest ? Value(format_utc(*plan.state->newest)) : Value())
                   .set("age_seconds", seconds ? Value(*seconds) : Value())
                   .set("ttl_seconds", static_cast<double>(plan.view->ttl.count()) / 1e6)
                   .set("expired", is_expired(plan, now))
                   .set("materialized", plan.state ? Value(format_utc(plan.state->updated)) : Value()));
  }
  for (const std::string& name : orphans) removed.push(name);
  return Value::object().set("views", std::move(views)).set("undefined", std::move(removed));
}

void lines(Page& page, const std::vector<ViewPlan>& plans, const std::vector<std::string>& orphans, UtcTime now) {
  Table table{{{"view"},
               {"state"},
               {"keys", Align::right},
               {"newest", Align::left, Fit::whole},
               {"age", Align::right},
               {"ttl", Align::right},
               {"why", Align::left, Fit::wrap}},
              {}};
  for (const ViewPlan& plan : plans) {
    const auto seconds = age(plan, now);
    const std::string_view state = state_of(plan);
    std::vector<std::string> why = plan.reasons;
    if (is_expired(plan, now)) why.emplace_back("its newest row is older than the ttl");
    table.rows.push_back(
        {{plan.view->name, Style::name},
         {std::string(state), state == "current" ? Style::good : Style::warn},
         {plan.state ? format_count(plan.state->keys) : "-", Style::number},
         {plan.state && plan.state->newest ? format_utc_short(*plan.state->newest) : "-"},
         {seconds ? show_age(*seconds) : "-", Style::number},
         {plan.view->ttl.count() == 0 ? "-" : show_age(static_cast<double>(plan.view->ttl.count()) / 1e6), Style::dim},
         {join(why, "; "), Style::dim}});
  }
  if (plans.empty()) page.line("no views are defined in .mlo/features");
  if (!plans.empty()) page.table(table);
  for (const std::string& name : orphans) page.line({{name, Style::name}, {" is in the store, and nobody defines it"}});
  if (std::any_of(plans.begin(), plans.end(), [](const auto& p) { return p.action != ViewAction::none; }))
    page.line({{"`mlo materialize` brings them up to date", Style::dim}});
}

int run(Context& ctx, const Options&) {
  const auto definitions = features::Definitions::load(ctx.workspace());
  const auto store = features::open_online_store(ctx.workspace(), /*create=*/false);
  const auto plans = features::plan_views(ctx.workspace(), definitions, {}, store.get());
  const auto orphans = features::orphans(definitions, store.get());
  const UtcTime now = ctx.world().clock.now();
  ctx.print([&] { return to_value(plans, orphans, now); }, [&](Page& page) { lines(page, plans, orphans, now); });
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
  info.examples = {{"mlo materialize status", "freshness of all views"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

#include "cli/commands/view_page.hpp"

#include "lib/util/utc_time.hpp"

namespace mlo::cli {

void declare_views(Args& args, ViewChoice& choice) {
  args.positional(choice.views, "VIEW", Args::Many::zero_or_more, "which views (default: all)");
}

PlannedViews::PlannedViews(Context& ctx, const ViewChoice& choice)
    : definitions(features::Definitions::load(ctx.workspace())) {
  const auto store = features::open_online_store(ctx.workspace(), /*create=*/false);
  plans = features::plan_views(ctx.workspace(), definitions, choice.views, store.get());
  if (choice.views.empty()) orphans = features::orphans(definitions, store.get());
}

Value names_value(const std::vector<std::string>& names) {
  Value out = Value::array();
  for (const std::string& name : names) out.push(name);
  return out;
}

Value newest_value(const std::optional<features::ViewState>& state) {
  return state && state->newest ? Value(format_utc(*state->newest)) : Value();
}

std::string newest_text(const std::optional<features::ViewState>& state) {
  return state && state->newest ? format_utc_short(*state->newest) : "-";
}

void print_views(Page& page, const Table& table, const std::vector<std::string>& orphans, std::string_view before,
                 std::string_view after) {
  if (!table.rows.empty()) page.table(table);
  for (const std::string& name : orphans) page.line({{std::string(before)}, {name, Style::name}, {std::string(after)}});
  if (table.rows.empty() && orphans.empty()) page.line("no views are defined in .mlo/features");
}

}  // namespace mlo::cli

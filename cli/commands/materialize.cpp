#include "cli/commands/view_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

using features::ViewAction;
using features::ViewResult;

Value to_value(const features::MaterializeReport& report) {
  Value views = Value::array();
  for (const ViewResult& view : report.views) {
    views.push(Value::object()
                   .set("name", view.view)
                   .set("action", to_string(view.action))
                   .set("reasons", names_value(view.reasons))
                   .set("rows_read", view.rows_read)
                   .set("rows_skipped", view.rows_skipped)
                   .set("rows_future", view.rows_future)
                   .set("keys", view.state.keys)
                   .set("newest", newest_value(view.state)));
  }
  return Value::object().set("views", std::move(views)).set("removed", names_value(report.removed));
}

void lines(Page& page, const features::MaterializeReport& report) {
  Table table{{{"view"},
               {"done"},
               {"read", Align::right},
               {"keys", Align::right},
               {"newest", Align::left, Fit::whole},
               {"why", Align::left, Fit::wrap}},
              {}};
  for (const ViewResult& view : report.views) {
    const std::string_view done = view.action == ViewAction::none    ? "up to date"
                                  : view.action == ViewAction::merge ? "merged"
                                                                     : "rebuilt";
    table.rows.push_back({{view.view, Style::name},
                          {std::string(done), view.action == ViewAction::none ? Style::dim : Style::good},
                          {format_count(view.rows_read), Style::number},
                          {format_count(view.state.keys), Style::number},
                          {newest_text(view.state)},
                          {join(view.reasons, "; "), Style::dim}});
  }
  print_views(page, table, report.removed, "removed ", ": nobody defines it");
}

int run(Context& ctx, const ViewChoice& o) {
  const auto definitions = features::Definitions::load(ctx.workspace());
  const features::MaterializeReport report = features::materialize(ctx.workspace(), definitions, o.views);
  for (const ViewResult& view : report.views) {
    if (view.rows_skipped > 0)
      ctx.world().log.warn(
          fmt::format("{} of view `{}` without a join key or a time", count_of(view.rows_skipped, "row"), view.view));
    if (view.rows_future > 0)
      ctx.world().log.warn(fmt::format("{} of view `{}` not known before {}", count_of(view.rows_future, "row"),
                                       view.view, format_utc_short(*view.state.due)));
  }
  ctx.print([&] { return to_value(report); }, [&](Page& page) { lines(page, report); });
  return exit_code::ok;
}

}  // namespace

Command materialize() {
  CommandInfo info;
  info.path = "materialize";
  info.summary = "bring the online store up to date with the data";
  info.description =
      "For each key of each view, the online store (.mlo/local/online.sqlite) then holds the latest row that is known "
      "now, exactly as if everything had been read afresh. What must be read is decided by content: with unchanged "
      "files "
      "nothing is, with new or changed files only these, so rows that come late and corrections land. "
      "A view whose definition changed is rebuilt, one that is not defined any more is removed.\n\n"
      "Each view changes in one step: whoever reads meanwhile, or after a crash, sees the old rows or the new ones.";
  info.examples = {{"mlo materialize", "bring all views up to date"}, {"mlo materialize weather", "only this one"}};
  info.exits = {{exit_code::conflict, "an input changed while it was read, or another process holds the store"}};
  return make_command<ViewChoice>(std::move(info), declare_views, run);
}

}  // namespace mlo::cli

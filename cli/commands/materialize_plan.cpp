#include "cli/commands/view_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

using features::ViewAction;
using features::ViewPlan;

Value to_value(const PlannedViews& planned) {
  Value views = Value::array();
  for (const ViewPlan& plan : planned.plans) {
    Value files = Value::array();
    for (const features::InputFile* file : plan.files_to_read())
      files.push(Value::object().set("path", file->label).set("bytes", file->bytes).set("digest", file->digest->str()));
    views.push(Value::object()
                   .set("name", plan.view->name)
                   .set("action", to_string(plan.action))
                   .set("reasons", names_value(plan.reasons))
                   .set("files", std::move(files)));
  }
  return Value::object().set("views", std::move(views)).set("removed", names_value(planned.orphans));
}

void lines(Page& page, const PlannedViews& planned) {
  Table table{{{"view"}, {"action"}, {"files", Align::right}, {"size", Align::right}, {"why", Align::left, Fit::wrap}},
              {}};
  for (const ViewPlan& plan : planned.plans) {
    ByteCount bytes;
    const auto files = plan.files_to_read();
    for (const features::InputFile* file : files) bytes += {file->bytes};
    table.rows.push_back(
        {{plan.view->name, Style::name},
         {std::string(to_string(plan.action)), plan.action == ViewAction::none ? Style::dim : Style::warn},
         {format_count(files.size()), Style::number},
         {format_bytes(bytes), Style::number},
         {join(plan.reasons, "; "), Style::dim}});
  }
  print_views(page, table, planned.orphans, "remove ", ": nobody defines it");
}

int run(Context& ctx, const ViewChoice& o) {
  const PlannedViews planned(ctx, o);
  ctx.print([&] { return to_value(planned); }, [&](Page& page) { lines(page, planned); });
  return exit_code::ok;
}

}  // namespace

Command materialize_plan() {
  CommandInfo info;
  info.path = "materialize plan";
  info.summary = "show what `mlo materialize` would read, and why";
  info.description =
      "Compares definitions and the content of the inputs with what the online store was made from. Reads no rows.";
  info.examples = {{"mlo materialize plan", "what is to be done for all views"},
                   {"mlo materialize plan weather", "for one"}};
  return make_command<ViewChoice>(std::move(info), declare_views, run);
}

}  // namespace mlo::cli

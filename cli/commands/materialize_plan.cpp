#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/features/materialize.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

using features::ViewAction;
using features::ViewPlan;

struct Options {
  std::vector<std::string> views;
};

void declare(Args& args, Options& o) {
  args.positional(o.views, "VIEW", Args::Many::zero_or_more, "views to plan (default: all)");
}

Value to_value(const std::vector<ViewPlan>& plans, const std::vector<std::string>& orphans) {
  Value views = Value::array(), removed = Value::array();
  for (const ViewPlan& plan : plans) {
    Value reasons = Value::array(), files = Value::array();
    for (const std::string& reason : plan.reasons) reasons.push(reason);
    for (const features::InputFile* file : plan.files_to_read())
      files.push(Value::object().set("path", file->label).set("bytes", file->bytes).set("digest", file->digest->str()));
    views.push(Value::object()
                   .set("name", plan.view->name)
                   .set("action", to_string(plan.action))
                   .set("reasons", std::move(reasons))
                   .set("files", std::move(files)));
  }
  for (const std::string& name : orphans) removed.push(name);
  return Value::object().set("views", std::move(views)).set("removed", std::move(removed));
}

void lines(Page& page, const std::vector<ViewPlan>& plans, const std::vector<std::string>& orphans) {
  Table table{{{"view"}, {"action"}, {"files", Align::right}, {"size", Align::right}, {"why", Align::left, Fit::wrap}},
              {}};
  for (const ViewPlan& plan : plans) {
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
  if (!table.rows.empty()) page.table(table);
  for (const std::string& name : orphans) page.line({{"remove "}, {name, Style::name}, {": nobody defines it"}});
  if (plans.empty() && orphans.empty()) page.line("no views are defined in .mlo/features");
}

int run(Context& ctx, const Options& o) {
  const auto definitions = features::Definitions::load(ctx.workspace());
  const auto store = features::open_online_store(ctx.workspace(), /*create=*/false);
  const auto plans = features::plan_views(ctx.workspace(), definitions, o.views, store.get());
  const auto orphans = o.views.empty() ? features::orphans(definitions, store.get()) : std::vector<std::string>{};
  ctx.print([&] { return to_value(plans, orphans); }, [&](Page& page) { lines(page, plans, orphans); });
  return exit_code::ok;
}

}  // namespace

Command materialize_plan() {
  CommandInfo info;
  info.path = "materialize plan";
  info.summary = "show what `mlo materialize` would read, and why";
  info.description =
      "Compares definitions and the content of the inputs with what the online store was made from. Reads no rows.";
  info.examples = {{"mlo materialize plan", "what is to be done for all views"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

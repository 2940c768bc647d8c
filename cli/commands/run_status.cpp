#include "cli/command.hpp"
#include "cli/plan_page.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> targets;
};

void declare(Args& args, Options& o) {
  args.positional(o.targets, "STAGE", Args::Many::zero_or_more,
                  "only these stages (or the stages that make these outputs) and all they need");
}

int run(Context& ctx, const Options& o) {
  const Pipeline pipeline(ctx.workspace());
  const Plan plan = pipeline.plan(pipeline.select(o.targets), Force::no);
  pipeline.save_stat_cache();
  ctx.print([&] { return Value::object().set("stages", plan_value(pipeline, plan)); },
            [&](Page& page) { print_states(pipeline, plan, page); });
  return 0;
}

}  // namespace

Command run_status() {
  return make_command<Options>({"run status",
                                "show the state of each stage",
                                "A stage is `up-to-date`, `cached` (its result is in the store and comes back without "
                                "running), `stale` (it will run), `waiting` "
                                "(a stage before it runs first, and what that writes decides) or `frozen`.",
                                {{"mlo run status", "every stage of the pipeline"},
                                 {"mlo run status train --json", "one stage and all it needs, for a script"}},
                                {}},
                               declare, run);
}

}  // namespace mlo::cli

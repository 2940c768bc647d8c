#include "cli/command.hpp"
#include "cli/plan_page.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> targets;
};

void declare(Args& args, Options& o) {
  args.positional(o.targets, "STAGE", Args::Many::zero_or_more,
                  "only these stages (or the stages that make these outputs)");
}

int run(Context& ctx, const Options& o) {
  const Pipeline pipeline(ctx.workspace());
  // All they need takes part in the comparison; only what was asked for is shown.
  Plan plan = pipeline.plan(pipeline.select(o.targets), Force::no);
  pipeline.save_stat_cache();
  const std::vector<StageIndex> named = pipeline.named(o.targets);
  std::erase_if(plan.stages,
                [&](const PlannedStage& s) { return std::find(named.begin(), named.end(), s.index) == named.end(); });
  ctx.print([&] { return Value::object().set("stages", plan_value(pipeline, plan)); },
            [&](Page& page) { print_reasons(pipeline, plan, page); });
  return 0;
}

}  // namespace

Command run_why() {
  return make_command<Options>(
      {"run why",
       "say exactly why a stage would run",
       "Compares each stage with `mlo.lock`: commands, dependencies by content, parameters by value, declared "
       "environment, outputs. Every difference is "
       "shown as old -> new.",
       {{"mlo run why", "every stage that is not up to date"}, {"mlo run why train", "one stage"}},
       {}},
      declare, run);
}

}  // namespace mlo::cli

#include "cli/command.hpp"
#include "cli/commands/run_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/gates/evaluate.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/util/error.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::optional<std::string> filter;
  std::vector<std::string> order_by;
  std::int64_t max = 100;
  std::string view = "active";
  bool stages = false, gates = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.filter, "FILTER", "condition; all runs if absent");
  args.option(o.order_by, "--order-by", "TERM", "such as \"metrics.auc DESC\"; several count in their order");
  args.option(o.max, "--max,-n", "N", "at most N runs (default 100; 0: all)");
  args.choice(o.view, "--view", {"active", "deleted", "all"}, "which runs");
  args.flag(o.stages, "--stages", "the stages of runs too");
  args.flag(o.gates, "--gates", "evaluations that gates asked for too");
}

int run(Context& ctx, const Options& o) {
  if (o.max < 0) throw Error(ErrorKind::usage, "`--max` must not be negative");
  recover_runs(ctx.workspace());
  RunQuery query;
  query.filter = o.filter.value_or("");
  query.order_by = o.order_by;
  if (o.max > 0) query.max = static_cast<std::size_t>(o.max);
  query.view = o.view == "all"       ? RunQuery::View::all
               : o.view == "deleted" ? RunQuery::View::deleted
                                     : RunQuery::View::active;
  if (o.stages) query.stages = RunQuery::Stages::show;
  if (!o.gates) query.without = kGateExperiment;
  const std::vector<Run> runs = RunStore(ctx.workspace()).search(query);
  ctx.print([&] { return Value::object().set("runs", runs_value(runs)); },
            [&](Page& page) {
              if (runs.empty())
                page.line("no run matches");
              else
                print_runs(page, runs, ctx.world().clock.now());
            });
  return exit_code::ok;
}

}  // namespace

Command track_search() {
  CommandInfo info;
  info.path = "track search";
  info.summary = "find runs by metrics, parameters, tags and more";
  info.description =
      "The filter is MLflow's: conditions joined by AND. Names are metrics.KEY, params.KEY, tags.KEY, datasets.name, "
      "datasets.digest, or an attribute: run_id, run_name, user_id, status, start_time, end_time, experiment, stage. A "
      "key "
      "with other characters than letters, digits, `_ - . : /` stands in double or back quotes; text in single quotes, "
      "a "
      "quote in it doubled.\n\n"
      "Metrics and times compare by > >= = != < <= (times in milliseconds since 1970, or as '2001-02-03T04:05:06Z'); "
      "the rest "
      "by = != LIKE ILIKE, params and tags also by IS NULL and IS NOT NULL, datasets and attributes also by IN and NOT "
      "IN.\n\n"
      "In an order, numbers come first, then NaN, then runs that lack the metric; ties go newest first. What `mlo "
      "promote` evaluated (the "
      "experiment `gates`) is left out unless --gates or a filter by `experiment` asks for it.";
  info.examples = {{"mlo track search \"metrics.auc > 0.8 and params.model = 'gbt'\" --order-by \"metrics.auc DESC\"",
                    "the best of one kind of model"},
                   {"mlo track search \"attributes.status = 'FAILED' and start_time > '2026-01-01T00:00:00Z'\"",
                    "what failed this year"},
                   {"mlo track search 'metrics.\"recall[carrier=AA]\" < 0.5'", "a metric of one slice"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

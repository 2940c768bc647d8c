#include "cli/command.hpp"
#include "cli/commands/run_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/util/error.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::int64_t max = 20;
  std::optional<std::string> experiment;
  bool stages = false, deleted = false;
};

void declare(Args& args, Options& o) {
  args.option(o.max, "--max,-n", "N", "at most N runs (default 20; 0: all)");
  args.option(o.experiment, "--experiment", "NAME", "only runs of this experiment");
  args.flag(o.stages, "--stages", "the stages of runs too");
  args.flag(o.deleted, "--deleted", "deleted runs instead");
}

int run(Context& ctx, const Options& o) {
  if (o.max < 0) throw Error(ErrorKind::usage, "`--max` must not be negative");
  recover_runs(ctx.workspace());
  RunQuery query;
  query.max = o.max == 0 ? SIZE_MAX : static_cast<std::size_t>(o.max) + 1;  // one more says whether there are more
  if (o.deleted) query.view = RunQuery::View::deleted;
  if (o.stages) query.stages = RunQuery::Stages::show;
  query.experiment = o.experiment;
  std::vector<Run> runs = RunStore(ctx.workspace()).search(query);
  const bool more = o.max > 0 && runs.size() > static_cast<std::size_t>(o.max);
  if (more) runs.pop_back();
  ctx.print([&] { return Value::object().set("runs", runs_value(runs)).set("more", more); },
            [&](Page& page) {
              if (runs.empty())
                page.line(o.deleted ? "no deleted runs" : "no runs yet");
              else
                print_runs(page, runs, ctx.world().clock.now());
            });
  if (more) ctx.world().log.hint(fmt::format("only the newest {} are shown; `--max 0` shows all", o.max));
  return exit_code::ok;
}

}  // namespace

Command track_list() {
  CommandInfo info;
  info.path = "track list";
  info.summary = "list runs, newest first";
  info.description =
      "Shows name, id, status, start, the metrics that most runs have, and the parameters that differ. Live runs are "
      "there too, "
      "with what they have logged so far; a run that was killed is recorded first.";
  info.examples = {{"mlo track list", "the last twenty runs"},
                   {"mlo track list --max 0 --json", "all of them, for scripts"},
                   {"mlo track list --deleted", "what `track restore` can bring back"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

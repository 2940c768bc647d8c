#include "cli/command.hpp"
#include "cli/commands/run_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/gates/evaluate.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::int64_t max = 20;
  std::optional<std::string> experiment;
  bool stages = false, deleted = false, gates = false;
};

void declare(Args& args, Options& o) {
  args.option(o.max, "--max,-n", "N", "at most N runs (default 20; 0: all)");
  args.option(o.experiment, "--experiment", "NAME", "only runs of this experiment");
  args.flag(o.stages, "--stages", "the stages of runs too");
  args.flag(o.gates, "--gates", "evaluations that gates asked for too");
  args.flag(o.deleted, "--deleted", "deleted runs instead");
}

std::string none_text(const Options& o, const std::map<std::string, std::size_t>& experiments) {
  if (!o.experiment) return o.deleted ? "no deleted runs" : "no runs yet";
  std::vector<std::string> known;
  for (const auto& [name, count] : experiments) known.push_back("`" + printable(name) + "`");
  return fmt::format("no {}runs of experiment `{}`{}", o.deleted ? "deleted " : "", printable(*o.experiment),
                     known.empty() ? "" : "; there are " + join(known, ", "));
}

int run(Context& ctx, const Options& o) {
  if (o.max < 0) throw Error(ErrorKind::usage, "`--max` must not be negative");
  recover_runs(ctx.workspace());
  RunQuery query;
  query.max = o.max == 0 ? SIZE_MAX : static_cast<std::size_t>(o.max) + 1;  // one more says whether there are more
  if (o.deleted) query.view = RunQuery::View::deleted;
  if (o.stages) query.stages = RunQuery::Stages::show;
  query.experiment = o.experiment;
  const bool hide = !o.experiment && !o.gates && !o.deleted;
  if (hide) query.without = kGateExperiment;
  RunStore store(ctx.workspace());
  std::vector<Run> runs = store.search(query);
  const bool more = o.max > 0 && runs.size() > static_cast<std::size_t>(o.max);
  if (more) runs.pop_back();
  const auto experiments = store.experiments();
  const auto gates = experiments.find(std::string(kGateExperiment));
  const std::size_t hidden = hide && gates != experiments.end() ? gates->second : 0;
  ctx.print(
      [&] {
        return Value::object()
            .set("runs", runs_value(runs))
            .set("more", more)
            .set("hidden", static_cast<std::uint64_t>(hidden));
      },
      [&](Page& page) {
        if (runs.empty())
          page.line(none_text(o, experiments));
        else
          print_runs(page, runs, ctx.world().clock.now());
        if (hidden > 0)
          page.line({{fmt::format("{} of gates not shown: `--gates` shows {}", count_of(hidden, "evaluation"),
                                  hidden == 1 ? "it" : "them"),
                      Style::dim}});
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
      "with what they have logged so far; a run that was killed is recorded first. What `mlo promote` evaluated is the "
      "experiment `gates` and "
      "shown if asked for.";
  info.examples = {{"mlo track list", "the last twenty runs"},
                   {"mlo track list --max 0 --json", "all of them, for scripts"},
                   {"mlo track list --deleted", "what `track restore` can bring back"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

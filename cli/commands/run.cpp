#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/plan_page.hpp"
#include "cli/run_printer.hpp"
#include "lib/data/datasets.hpp"
#include "lib/pipeline/runner.hpp"
#include "lib/pipeline/tracked_command.hpp"
#include "lib/sync/remote_results.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> targets, from, params, command;
  bool dry_run = false, force = false, keep_going = false, single = false, downstream = false, pull = false;
  bool no_trace = false, strict = false, sandbox = false;
  std::int64_t jobs = 0;
  std::string name, experiment = "default", remote;
};

void declare(Args& args, Options& o) {
  args.positional(o.targets, "STAGE", Args::Many::zero_or_more,
                  "stages, groups of a foreach or matrix, or outputs; with all they need");
  args.flag(o.dry_run, "--dry-run,-n", "say what would run, and why; change nothing");
  args.flag(o.force, "--force,-f", "run the stages even if they are up to date; no result comes from the cache");
  args.flag(o.keep_going, "--keep-going,-k", "after a failure go on with all that does not need the failed stage");
  args.flag(o.single, "--single,-s", "only the named stages, not what they need");
  args.flag(o.downstream, "--downstream", "the named stages and all that needs them, not what they need");
  args.option(o.from, "--from", "STAGE",
              "start at STAGE: what comes before it is taken as it is, and only what comes after it can run");
  args.flag(o.pull, "--pull",
            "take results that others pushed from the remote, instead of running their stages; what cannot be fetched "
            "is run after all");
  args.option(o.remote, "--remote,-r", "REMOTE", "where `--pull` takes them from (default: the configured one)");
  args.option(o.jobs, "--jobs,-j", "N", "how many stages at once (default 0: one for each processor)");
  args.option(
      o.params, "--param,-P", "KEY=VALUE",
      "set a parameter in params.yaml first (FILE:KEY=VALUE for another file), keeping its layout and comments");
  args.flag(o.strict, "--strict", "a stage that reads what it does not declare fails, and nothing of it is kept");
  args.flag(o.sandbox, "--sandbox",
            "a stage cannot read in the work tree what it does not declare, nor write but to its outputs");
  args.flag(o.no_trace, "--no-trace", "do not note which files the stages open");
  args.option(o.name, "--name", "NAME", "name of the run; an adjective and a noun unless given");
  args.option(o.experiment, "--experiment", "NAME", "experiment the run belongs to");
  args.rest(o.command, "CMD", "one command to track instead of the pipeline");
}

RunRequest request_of(Context& ctx, const Options& o) {
  RunRequest request;
  request.targets = o.targets;
  request.single = o.single;
  request.downstream = o.downstream;
  request.from = o.from;
  request.force = o.force ? Force::yes : Force::no;
  request.keep_going = o.keep_going;
  request.jobs = o.jobs > 0 ? static_cast<unsigned>(std::min<std::int64_t>(o.jobs, 1024)) : ctx.world().threads;
  request.trace = !o.no_trace;
  request.strict = o.strict;
  request.sandbox = o.sandbox;
  request.name = o.name;
  request.experiment = o.experiment;
  request.command = {"mlo", "run"};
  request.command.insert(request.command.end(), o.targets.begin(), o.targets.end());
  for (const std::string& typed : o.params) {
    request.command.insert(request.command.end(), {"-P", typed});
  }
  if (o.params.empty()) return request;
  const std::string file = Pipeline::find_file(ctx.workspace());
  const std::size_t slash = file.rfind('/');
  const std::string defaults = (slash == std::string::npos ? "" : file.substr(0, slash + 1)) + "params.yaml";
  for (const std::string& typed : o.params) {
    ParamOverride wanted = parse_override(typed, "");
    wanted.file = wanted.file.empty() ? defaults : ctx.workspace().to_repo_path(wanted.file);
    request.overrides.push_back(std::move(wanted));
  }
  return request;
}

int dry_run(Context& ctx, const RunRequest& request) {
  const Pipeline pipeline(ctx.workspace(), request.overrides);
  const Plan plan = pipeline.plan(requested_stages(pipeline, request), request.force);
  pipeline.save_stat_cache();
  require_startable(pipeline, plan, load_datasets(ctx.workspace()));
  ctx.print([&] { return Value::object().set("stages", plan_value(pipeline, plan)); },
            [&](Page& page) {
              if (plan.stages.empty() && !request.from.empty()) return page.line(nothing_after(request.from));
              print_reasons(pipeline, plan, page);
            });
  return exit_code::ok;
}

int run_command(Context& ctx, const Options& o) {
  if (!o.targets.empty() || !o.params.empty() || !o.from.empty() || o.dry_run || o.force || o.single || o.downstream ||
      o.keep_going || o.pull || o.no_trace || o.strict || o.sandbox) {
    throw Error(ErrorKind::usage, "`mlo run -- CMD` takes only `--name` and `--experiment`");
  }
  std::optional<Error> not_shown;  // the command is not to end for that: its log has everything
  const OutputSink pass = [&](StreamKind kind, std::string_view bytes) {
    if (kind == StreamKind::err || ctx.json()) return ctx.host().err(bytes);
    if (not_shown) return;
    try {
      ctx.host().out(bytes);
    } catch (const Error& error) {
      not_shown = error;
    }
  };
  const RunRecord run = run_tracked(ctx.workspace(), {o.command, o.name, o.experiment, /*stdin_fd=*/0}, pass);
  if (ctx.json()) {
    ctx.print([&] { return run_value(run); }, [](Page&) {});
  } else if (!ctx.quiet()) {
    ctx.host().err(fmt::format("run {} ({}) {}\n", run.name, run.id.substr(0, 12), to_string(run.status)));
  }
  if (not_shown) throw Error(*not_shown);
  return run.exit_code;
}

int run(Context& ctx, const Options& o) {
  if (o.jobs < 0) throw Error(ErrorKind::usage, "`--jobs` must not be negative");
  if (o.single && o.targets.empty()) throw Error(ErrorKind::usage, "`--single` needs a stage");
  if (o.downstream && o.targets.empty()) throw Error(ErrorKind::usage, "`--downstream` needs a stage");
  if (o.no_trace && (o.strict || o.sandbox))
    throw Error(ErrorKind::usage, "`--no-trace` excludes `--strict` and `--sandbox`");
  if (o.single && o.downstream) throw Error(ErrorKind::usage, "`--single` and `--downstream` exclude each other");
  if (!o.command.empty()) return run_command(ctx, o);
  RunRequest request = request_of(ctx, o);
  if (o.dry_run) return dry_run(ctx, request);
  std::optional<RemoteResults> others;
  if (o.pull) {
    Workspace& workspace = ctx.workspace();
    const RemoteConfig& config = choose_remote(workspace.config(), o.remote);
    request.others = &others.emplace(workspace, open_remote(workspace.world(), config, workspace.root()));
  }
  RunPrinter printer(ctx);
  const RunReport report = run_pipeline(ctx.workspace(), request, printer);
  ctx.print([&] { return report_value(report); }, [&](Page& page) { print_report(report, o.from, page); });
  return report.failed() ? exit_code::error : exit_code::ok;
}

}  // namespace

Command run() {
  return make_command<Options>(
      {"run",
       "bring the pipeline up to date, or track one command",
       "Reads the stages of `mlo.yaml` (or `dvc.yaml`), runs those whose commands, dependencies, parameters, "
       "environment or outputs changed, in "
       "parallel, and takes what ran before from the cache. Kept outputs are git-ignored and stored; `mlo.lock` "
       "records what each stage read and wrote. Every "
       "invocation that does something is one commit on refs/mlo/runs; with --name also one that finds everything up "
       "to date, so that results made before a commit can be recorded as those of the commit.\n\n"
       "A stage gets MLO_RUN, MLO_RUN_DIR, MLO_METRICS and MLO_STAGE in its environment: `mlo track log` and lines "
       "such as {\"step\": 1, \"loss\": 0.5} "
       "appended to $MLO_METRICS become part of its run.\n\n"
       "`-P` edits the parameter file in place before the stages run, because stages read it themselves; only the "
       "value's own bytes change. It "
       "stays changed afterwards, as an edit by hand would.\n\n"
       "While a stage runs, mlo notes which files its processes open and execute. What it read in the work tree "
       "without declaring it is a warning, is recorded (`mlo run deps`), and with `--strict` a failure. See `mlo help "
       "tracing`.\n\n"
       "`mlo run -- CMD` runs any command as one tracked run and passes its exit code through.",
       {{"mlo run", "run what is not up to date"},
        {"mlo run train -P train.lr=0.2", "one stage and all it needs, with another parameter"},
        {"mlo run evaluate --from train", "from one stage to another; what comes before is taken as it is"},
        {"mlo run --pull", "run only what nobody has run and pushed"},
        {"mlo run -n", "what would run, and why"},
        {"mlo run --name first-try -- python train.py", "track one command"}},
       {{exit_code::no_program, "`mlo run -- CMD`: there is no CMD"},
        {exit_code::remote, "`--pull`: the git remote, where the records of runs are, cannot be reached"},
        {130, "interrupted; what had finished is kept and the next run goes on from there"}}},
      declare, run);
}

}  // namespace mlo::cli

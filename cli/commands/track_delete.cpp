#include "cli/command.hpp"
#include "cli/commands/run_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> runs;
  bool dry_run = false, yes = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.runs, "RUN", Args::Many::one_or_more, "id, unique beginning of one, or name");
  args.flag(o.dry_run, "--dry-run", "say what would be deleted and change nothing");
  args.flag(o.yes, "--yes,-y", "do not ask");
}

int run(Context& ctx, const Options& o) {
  std::vector<Run> runs = find_runs(ctx.workspace(), o.runs);
  for (const Run& run : runs) {
    if (run.record.status == RunStatus::running) {
      throw Error(ErrorKind::conflict, fmt::format("run `{}` is still running", run.record.name)).hint("stop it first");
    }
    if (!run.record.parent.empty())
      throw Error(ErrorKind::usage,
                  fmt::format("`{}` is a stage; delete its run `{}`", run.record.id, run.record.parent));
  }
  std::erase_if(runs, [](const Run& run) { return run.deleted; });
  const bool go =
      !o.dry_run && !runs.empty() && ctx.confirm(fmt::format("delete {}?", count_of(runs.size(), "run")), o.yes);
  if (!go && !o.dry_run && !runs.empty()) return exit_code::error;
  if (go) {
    std::vector<RunAmendment> amendments;
    for (const Run& run : runs) {
      amendments.emplace_back().run = run.record.id;
      amendments.back().deleted = true;
    }
    RunStore(ctx.workspace()).amend(amendments);
  }
  ctx.print(
      [&] {
        Value ids = Value::array();
        for (const Run& run : runs) ids.push(run.record.id);
        return Value::object().set("deleted", std::move(ids)).set("dry_run", o.dry_run);
      },
      [&](Page& page) {
        for (const Run& run : runs)
          page.line(fmt::format("{} {} {}", o.dry_run ? "would delete" : "deleted", run.record.name,
                                short_id(run.record.id)));
        if (runs.empty()) page.line("they are deleted already");
      });
  if (go) ctx.world().log.hint("`mlo track restore` brings them back");
  return exit_code::ok;
}

}  // namespace

Command track_delete() {
  CommandInfo info;
  info.path = "track delete";
  info.summary = "hide runs; they can be restored";
  info.description =
      "Lists and searches no longer show a deleted run. Its record stays in the history, so `mlo track restore` brings "
      "it back on any clone.";
  info.examples = {{"mlo track delete brave-otter --dry-run", "see what it would do"},
                   {"mlo track delete brave-otter calm-fox --yes", "without asking, as scripts need it"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

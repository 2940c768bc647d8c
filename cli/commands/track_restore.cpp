#include "cli/command.hpp"
#include "cli/commands/run_page.hpp"
#include "cli/exit_code.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> runs;
};

void declare(Args& args, Options& o) {
  args.positional(o.runs, "RUN", Args::Many::one_or_more, "id, unique beginning of one, or name");
}

int run(Context& ctx, const Options& o) {
  std::vector<Run> runs = find_runs(ctx.workspace(), o.runs);
  std::erase_if(runs, [](const Run& run) { return !run.deleted; });
  std::vector<RunAmendment> amendments;
  for (const Run& run : runs) {
    amendments.emplace_back().run = run.record.id;
    amendments.back().deleted = false;
  }
  RunStore(ctx.workspace()).amend(amendments);
  ctx.print(
      [&] {
        Value ids = Value::array();
        for (const Run& run : runs) ids.push(run.record.id);
        return Value::object().set("restored", std::move(ids));
      },
      [&](Page& page) {
        for (const Run& run : runs) page.line(fmt::format("restored {} {}", run.record.name, short_id(run.record.id)));
        if (runs.empty()) page.line("they are not deleted");
      });
  return exit_code::ok;
}

}  // namespace

Command track_restore() {
  CommandInfo info;
  info.path = "track restore";
  info.summary = "bring deleted runs back";
  info.description = "`mlo track list --deleted` shows what there is.";
  info.examples = {{"mlo track restore brave-otter", "it is in lists and searches again"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

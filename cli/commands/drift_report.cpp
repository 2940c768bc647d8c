#include "cli/command.hpp"
#include "cli/commands/drift_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/util/error.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::optional<std::string> file;
  DriftFiles files;
};

void declare(Args& args, Options& o) {
  args.positional(o.file, "FILE", "what `mlo drift check --json` printed (default: the last check here)");
  declare_files(args, o.files);
}

drift::DriftReport load(Context& ctx, const Options& o) {
  if (o.file) return drift::parse_report(read_file(absolute_in(ctx.world().cwd, *o.file)), *o.file);
  if (const auto last = find_file(last_report_file(ctx.workspace())))
    return drift::parse_report(*last, ".mlo/local/drift/last.json");
  throw Error(ErrorKind::not_found, "no drift was checked here yet").hint("mlo drift check REFERENCE CURRENT");
}

int run(Context& ctx, const Options& o) {
  const drift::DriftReport report = load(ctx, o);
  write_files(ctx, o.files, report);
  ctx.print([&] { return to_value(report); }, [&](Page& page) { report_lines(page, report); });
  return exit_code::ok;
}

}  // namespace

Command drift_report() {
  CommandInfo info;
  info.path = "drift report";
  info.summary = "show a drift check again, or write it as a page";
  info.description =
      "Reads no data and measures nothing: it renders the last check of this repository, or one kept as JSON.";
  info.examples = {{"mlo drift report --html drift.html", "A page for the last check"},
                   {"mlo drift report check.json --prometheus delay.prom", "scores for Prometheus from a kept check"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

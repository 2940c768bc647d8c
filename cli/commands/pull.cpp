#include "lib/sync/pull.hpp"
#include "cli/command.hpp"
#include "cli/commands/sync_page.hpp"
#include "cli/exit_code.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> names;
  std::string remote;
  bool runs = false, all = false, dry_run = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.names, "NAME", Args::Many::zero_or_more,
                  "datasets, NAME@REV, or models: NAME@VERSION (default: all datasets, run history, tags of models)");
  args.option(o.remote, "--remote,-r", "REMOTE", "where from (default: the configured one)");
  args.flag(o.runs, "--runs", "also what recorded runs made, which `mlo run` reuses where mlo.lock names it");
  args.flag(o.all, "--all", "also the content of all other versions that branches and tags ever had");
  args.flag(o.dry_run, "--dry-run,-n", "only say what would be fetched");
}

int run(Context& ctx, const Options& o) {
  Workspace& workspace = ctx.workspace();
  const RemoteConfig& config = choose_remote(workspace.config(), o.remote);
  const auto remote = open_remote(workspace.world(), config, workspace.root());
  const SyncReport report = pull(workspace, *remote, o.names, o.runs ? RunObjects::fetch : RunObjects::skip,
                                 o.dry_run ? Mode::dry_run : Mode::real, chosen_versions(o.all, o.names));
  ctx.print([&] { return sync_value(report, config.name, o.dry_run); },
            [&](Page& page) { sync_lines(page, report, "pulled", o.dry_run); });
  if (report.results_left)
    ctx.world().log.hint("`mlo pull --runs` fetches what those runs made; `mlo run` then reuses what mlo.lock names");
  return report.left_alone.empty() ? exit_code::ok : exit_code::conflict;
}

}  // namespace

Command pull_command() {
  CommandInfo info;
  info.path = "pull";
  info.summary = "fetch run history and the data of the manifests";
  info.description =
      "Merges the run history of git's remote (the branch's upstream, else the only remote, else `origin`) into the "
      "own "
      "one, fetches the content that the manifests of the "
      "work tree name, verifies it, and makes "
      "the data on disk fit. Data with unsaved changes is left alone. Branches and tags travel by `git pull`, which "
      "comes first.";
  info.examples = {{"git pull && mlo pull", "code, then its data"},
                   {"git pull && mlo pull --runs && mlo run", "run only what nobody has run"},
                   {"mlo pull raw", "one dataset"}};
  info.exits = {{exit_code::conflict, "some data has unsaved changes and was left alone"},
                {exit_code::remote, "the remote failed or lacks an object"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

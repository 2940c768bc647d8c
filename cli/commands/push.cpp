#include "cli/command.hpp"
#include "cli/commands/sync_page.hpp"
#include "cli/exit_code.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> names;
  std::string remote;
  bool all = false, dry_run = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.names, "NAME", Args::Many::zero_or_more,
                  "datasets, or models: NAME@VERSION (default: all, what runs made, run history, tags of models)");
  args.option(o.remote, "--remote,-r", "REMOTE", "where to (default: the configured one)");
  args.flag(o.all, "--all", "also all other versions that branches and tags ever had");
  args.flag(o.dry_run, "--dry-run,-n", "only say what would be sent");
}

int run(Context& ctx, const Options& o) {
  Workspace& workspace = ctx.workspace();
  const RemoteConfig& config = choose_remote(workspace.config(), o.remote);
  const auto remote = open_remote(workspace.world(), config, workspace.root());
  const SyncReport report =
      push(workspace, *remote, o.names, o.dry_run ? Mode::dry_run : Mode::real, chosen_versions(o.all, o.names));
  ctx.print([&] { return sync_value(report, config.name, o.dry_run); },
            [&](Page& page) { sync_lines(page, report, "pushed", o.dry_run); });
  return exit_code::ok;
}

}  // namespace

Command push_command() {
  CommandInfo info;
  info.path = "push";
  info.summary = "send objects to a remote, then run history to git's";
  info.description =
      "Sends the content of the datasets' versions in the work tree, of drift baselines, and of everything that "
      "recorded "
      "runs made, to the remote. When all of it is "
      "durable there, the run history and the tags of models go, all or none, to the git remote that `git push` would "
      "take "
      "(`remote.pushDefault`, the branch's upstream, the only remote, `origin`), if there is one. So what others can "
      "see "
      "never names what they cannot get. Branches travel by `git push`, as ever.\n\n"
      "An interrupted push goes on where it was.";
  info.examples = {{"mlo push", "everything, to the default remote"},
                   {"mlo push raw --remote backup", "one dataset, to another one"},
                   {"mlo push --all --remote backup", "the whole history too"}};
  info.exits = {{exit_code::remote, "the remote failed"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

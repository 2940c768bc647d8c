#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "cli/exit_code.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> names;
  std::optional<std::string> revision, message;
  bool commit = false, force = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.names, "NAME", Args::Many::zero_or_more, "imported datasets (default: all)");
  args.option(o.revision, "--rev,-r", "REV", "revision of the other repository to follow from now on");
  args.flag(o.force, "--force,-f", "overwrite and remove files whose content is saved nowhere");
  args.flag(o.commit, "--commit", "make the git commit too");
  args.option(o.message, "--message,-m", "TEXT", "message of the commit (implies --commit)");
}

int run(Context& ctx, const Options& o) {
  UpdateRequest request{.names = o.names, .revision = o.revision, .message = o.message};
  request.commit = o.commit || o.message;
  if (o.force) request.overwrite = Overwrite::anything;
  print_imported(ctx, update_datasets(ctx.workspace(), request), "updated");
  return exit_code::ok;
}

}  // namespace

Command version_data_update() {
  CommandInfo info;
  info.path = "version-data update";
  info.summary = "take over what is new where data was imported from";
  info.description =
      "Asks each origin for its newest version: what the branch or tag is now in the other repository, or whether the "
      "URL shows something new (a conditional request: what did not change is not loaded). All is loaded before the "
      "first dataset changes; unsaved changes are never overwritten.";
  info.examples = {{"mlo version-data update", "all imported datasets"},
                   {"mlo version-data update flights --rev v1.3 --commit", "go to another tag"}};
  info.exits = {{exit_code::conflict, "the data has unsaved changes"}, {exit_code::remote, "the other side failed"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

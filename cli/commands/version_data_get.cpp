#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "cli/exit_code.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string spec;
  std::optional<std::string> repo, output;
  bool force = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.spec, "NAME[@VERSION][:PATH]", "a dataset, or one path inside it: flights@v1.2:raw/2013.csv");
  args.option(o.output, "--output,-o", "PLACE", "where to (default: its own name, here)");
  args.option(o.repo, "--repo", "URL", "of the repository, or its path (default: the one around here)");
  args.flag(o.force, "--force", "replace what is there");
}

int run(Context& ctx, const Options& o) {
  const DataSpec spec = parse_data_spec(o.spec);
  print_got(ctx, get_data(ctx.world(), {spec, o.repo, o.output, o.force ? Existing::replace : Existing::refuse}),
            spec.path);
  return exit_code::ok;
}

}  // namespace

Command version_data_get() {
  CommandInfo info;
  info.path = "version-data get";
  info.summary = "bring a dataset, or a part of it, to any place";
  info.description =
      "Writes a version of a dataset, or one path inside it, to a file or directory that nothing tracks: verified, and "
      "at once, whole. With --repo the repository is not cloned: one revision's manifest is fetched, and of the "
      "content "
      "only the trees and files that are needed, from the remote that the repository's `.mlo/config.yaml` names.\n\n"
      "VERSION is a git revision (of `--repo`: a branch, tag or commit), or sha256:PREFIX. To keep track of where data "
      "came from, use `mlo version-data import`.";
  info.examples = {{"mlo version-data get flights@v1.2:2013.csv", "one file as it was, beside the newer one"},
                   {"mlo version-data get flights --repo https://example.org/team/flights.git -o data",
                    "a dataset of another repository"}};
  info.exits = {{exit_code::conflict, "something is at the place; with --force: a dataset or a repository is"},
                {exit_code::remote, "git or content cannot be fetched"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

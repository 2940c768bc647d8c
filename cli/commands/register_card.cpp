#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/registry/versions.hpp"
#include "lib/report/model_card.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name;
  std::optional<std::string> output;
};

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "NAME@VERSION, NAME@STAGE, or NAME for its newest version");
  args.option(o.output, "--output,-o", "FILE", "write it there");
}

int run(Context& ctx, const Options& o) {
  const ModelVersion version = resolve_model(ctx.workspace(), o.name);
  const std::string tag = fmt::format("{}@v{}", version.manifest.name, version.manifest.version);
  const std::string text = model_card(version.manifest, tag, version.commit.tagged());
  if (!o.output) {
    ctx.print_raw(text);
    return exit_code::ok;
  }
  write_file(absolute_in(ctx.world().cwd, *o.output), text);
  ctx.world().log.hint(fmt::format("wrote the card of {} to `{}`", tag, *o.output));
  return exit_code::ok;
}

}  // namespace

Command register_card() {
  CommandInfo info;
  info.path = "register card";
  info.summary = "print the model card of a version in Markdown";
  info.description =
      "Scores by slice, training data, parameters, features, software and lineage, all from the manifest, with the "
      "prose "
      "that --description and --card gave to `mlo register`.";
  info.examples = {{"mlo register card delay@1.2.0 -o MODEL_CARD.md", "as a file"}};
  info.exits = {{exit_code::verdict, "the tag is not one that `mlo register` made"}};
  info.json = false;
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

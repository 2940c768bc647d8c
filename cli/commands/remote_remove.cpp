#include "cli/command.hpp"
#include "lib/remote/remote.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name;
};

void declare(Args& args, Options& o) { args.positional(o.name, "NAME", "remote"); }

int run(Context& ctx, const Options& o) {
  Config config = ctx.workspace().config();
  const RemoteConfig gone = choose_remote(config, o.name);
  std::erase(config.remotes, gone);
  if (config.default_remote == gone.name) config.default_remote.clear();
  ctx.workspace().save_config(config);
  ctx.print(
      [&] {
        Value out;
        return out.set("name", gone.name).set("url", gone.url);
      },
      [&](Page& page) { page.line(fmt::format("removed remote {}; its objects stay in {}", gone.name, gone.url)); });
  return 0;
}

}  // namespace

Command remote_remove() {
  CommandInfo info;
  info.path = "remote remove";
  info.summary = "forget a remote";
  info.description = "Takes the remote out of `.mlo/config.yaml`. What it holds is not touched.";
  info.examples = {{"mlo remote remove backup", "forget it"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

#include "cli/command.hpp"
#include "cli/commands/hook_page.hpp"
#include "cli/exit_code.hpp"

namespace mlo::cli {
namespace {

struct Options {};

void declare(Args&, Options&) {}

int run(Context& ctx, const Options&) {
  const std::vector<Hook> removed = uninstall_hooks(ctx.workspace());
  ctx.print([&] { return Value::object().set("hooks", hooks_value(removed)); },
            [&](Page& page) {
              for (const Hook& hook : removed) page.line({{"removed "}, {hook.name, Style::name}});
              if (removed.empty()) page.line("no hooks of mlo's here");
            });
  return exit_code::ok;
}

}  // namespace

Command hooks_uninstall() {
  CommandInfo info;
  info.path = "hooks uninstall";
  info.summary = "remove the git hooks that mlo installed";
  info.description =
      "Removes only files that `mlo hooks install` wrote. A hook of yours that calls mlo stays as it is.";
  info.examples = {{"mlo hooks uninstall", "stop git from calling mlo"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

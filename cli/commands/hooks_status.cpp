#include "cli/command.hpp"
#include "cli/commands/hook_page.hpp"
#include "cli/exit_code.hpp"

namespace mlo::cli {
namespace {

struct Options {};

void declare(Args&, Options&) {}

int run(Context& ctx, const Options&) {
  const std::vector<Hook> hooks = list_hooks(ctx.workspace());
  ctx.print([&] { return Value::object().set("hooks", hooks_value(hooks)); },
            [&](Page& page) {
              for (const Hook& hook : hooks) hook_lines(page, hook);
            });
  return exit_code::ok;
}

}  // namespace

Command hooks_status() {
  CommandInfo info;
  info.path = "hooks status";
  info.summary = "show which git hooks call mlo";
  info.description =
      "`installed`: mlo's own. `chained`: yours, and it calls `mlo hooks run`. `foreign`: yours, and it does not. "
      "`absent`: "
      "there is none.";
  info.examples = {{"mlo hooks status", "one line for each hook mlo has a use for"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

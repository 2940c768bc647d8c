#include "cli/command.hpp"
#include "cli/commands/hook_page.hpp"
#include "cli/exit_code.hpp"

namespace mlo::cli {
namespace {

struct Options {};

void declare(Args&, Options&) {}

int run(Context& ctx, const Options&) {
  const std::vector<Hook> hooks = install_hooks(ctx.workspace(), ctx.host().executable);
  ctx.print([&] { return Value::object().set("hooks", hooks_value(hooks)); },
            [&](Page& page) {
              for (const Hook& hook : hooks) hook_lines(page, hook);
            });
  const bool kept =
      std::any_of(hooks.begin(), hooks.end(), [](const Hook& hook) { return hook.state == HookState::foreign; });
  return kept ? exit_code::conflict : exit_code::ok;
}

}  // namespace

Command hooks_install() {
  CommandInfo info;
  info.path = "hooks install";
  info.summary = "let git call mlo";
  info.description =
      "Installs four git hooks where git looks for them (core.hooksPath is respected inside the repository). "
      "`pre-commit` "
      "refuses a commit that names data which is not in the store, or that puts files of a dataset into git itself. "
      "`pre-push` sends the data that the pushed commits name to mlo's remote first, and refuses a push that would "
      "name "
      "data which is neither here nor there. "
      "`post-checkout` and `post-merge` look at datasets whose manifests moved and tell which data differs from them; "
      "after `git config mlo.follow checkout` they bring it up to date from the store, after `git config mlo.follow "
      "pull` also from the remote. Unsaved changes are never overwritten.\n\n"
      "A hook of yours is never overwritten; the line that chains mlo to it is shown instead.";
  info.examples = {{"mlo hooks install", "install what is absent, renew what is mlo's"}};
  info.exits = {{exit_code::conflict, "a hook of yours was kept"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

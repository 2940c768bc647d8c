#include "cli/command.hpp"
#include "cli/commands/hook_page.hpp"
#include "cli/exit_code.hpp"

namespace mlo::cli {
namespace {

struct Options {
  bool hooks = false;
};

void declare(Args& args, Options& o) {
  args.flag(o.hooks, "--hooks", "also install the git hooks, as `mlo hooks install` does");
}

int run(Context& ctx, const Options& o) {
  const bool made = Workspace::init(ctx.world());
  const Workspace& workspace = ctx.workspace();
  const std::vector<Hook> hooks = o.hooks ? install_hooks(workspace, ctx.host().executable) : std::vector<Hook>();
  ctx.print(
      [&] {
        return Value::object()
            .set("made", made)
            .set("root", workspace.root().string())
            .set("hooks", hooks_value(hooks));
      },
      [&](Page& page) {
        page.line(fmt::format("{} `.mlo` in {}", made ? "made" : "there already is a", workspace.root().string()));
        for (const Hook& hook : hooks) hook_lines(page, hook);
        if (made && !ctx.quiet())
          page.line("next: commit it with `git commit -m \"mlo init\"`, then `mlo version-data add PATH`");
      });
  return exit_code::ok;
}

}  // namespace

Command init() {
  CommandInfo info;
  info.path = "init";
  info.summary = "make a git repository an mlo workspace";
  info.description =
      "Makes `.mlo` at the top of the git repository and stages its two files, so that the next commit carries them to "
      "every clone. Objects, live runs and caches go to `mlo` in git's own directory, shared by all work trees and "
      "never "
      "committed; `.mlo/local` is a link to it.\n\n"
      "Doing it again changes nothing. Git's configuration is not touched.";
  info.examples = {{"mlo init", "start using mlo in this repository"},
                   {"mlo init --hooks", "let git call mlo before each commit too"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

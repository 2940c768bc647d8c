#include "cli/completions.hpp"

#include "cli/command.hpp"
#include "cli/exit_code.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string shell;
};

int run(Context& context, const Options& options) {
  context.print_raw(completion_for(options.shell));
  return exit_code::ok;
}

}  // namespace

Command completion() {
  return make_command<Options>(
      {.path = "completion",
       .summary = "print the completion script of a shell",
       .description = "An installed mlo brings its completions along. This is for one that was not "
                      "installed, or for a shell that looks elsewhere.",
       .examples = {{"source <(mlo completion bash)", "in this bash"},
                    {"mlo completion zsh > ~/.zfunc/_mlo", "for zsh, with ~/.zfunc in fpath"},
                    {"mlo completion fish > ~/.config/fish/completions/mlo.fish", "for fish"}},
       .exits = {},
       .json = false},
      [](Args& args, Options& o) { args.positional(o.shell, "SHELL", "bash, zsh or fish"); }, run);
}

}  // namespace mlo::cli

#include <unistd.h>

#include "cli/command.hpp"
#include "lib/remote/serve.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string path;
};

void declare(Args& args, Options& o) { args.positional(o.path, "PATH", "directory of the remote"); }

int run(Context& ctx, const Options& o) {
  serve_place(ctx.world(), absolute_in(ctx.world().cwd, o.path), STDIN_FILENO, STDOUT_FILENO);
  return 0;
}

}  // namespace

Command remote_serve() {
  CommandInfo info;
  info.path = "remote serve";
  info.summary = "speak for a directory remote over ssh";
  info.description =
      "What mlo runs at the other end of `ssh://` remotes; nobody types it. Speaks a protocol over stdin and stdout "
      "and ends with the connection. It touches nothing outside the directory: as the forced command of a key "
      "(`command=\"mlo remote serve PATH\"` in authorized_keys) it lets that key use one remote and nothing else.";
  info.examples = {{"mlo remote serve /srv/flights", "as ssh starts it"}};
  info.json = false;
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

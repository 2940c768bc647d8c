#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/remote/remote.hpp"
#include "lib/util/error.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name;
  bool init = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "remote");
  args.flag(o.init, "--init", "make it first, if it is not there");
}

int run(Context& ctx, const Options& o) {
  const RemoteConfig& config = choose_remote(ctx.workspace().config(), o.name);
  const auto remote = open_remote(ctx.world(), config, ctx.workspace().root());
  if (o.init && remote->is_read_only())
    throw Error(ErrorKind::remote, fmt::format("remote `{}`: what a web server shows can only be read", config.name))
        .hint("make the place itself, by another remote");
  if (o.init) remote->init();
  remote->check();
  const bool writable = !remote->is_read_only();
  ctx.print(
      [&] {
        Value out;
        return out.set("name", config.name).set("url", config.url).set("ok", true).set("writable", writable);
      },
      [&](Page& page) {
        page.line({{config.name, Style::name},
                   {writable ? ": reachable and writable" : ": reachable, read-only", Style::good}});
      });
  return exit_code::ok;
}

}  // namespace

Command remote_check() {
  CommandInfo info;
  info.path = "remote check";
  info.summary = "see whether a remote can be read and written";
  info.description = "Writes and removes one small file there. What a web server shows is only read.";
  info.examples = {{"mlo remote check origin", "before the first push"},
                   {"mlo remote check backup --init", "on a new disk"}};
  info.exits = {{exit_code::remote, "it cannot"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/manifest/names.hpp"
#include "lib/remote/remote.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name, url;
  bool is_default = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "what to call it");
  args.positional(o.url, "DIR", "a directory: absolute, relative, or file://");
  args.flag(o.is_default, "--default,-d", "use it when no --remote is given");
}

/// A relative directory is kept relative, but to the repository: others run mlo elsewhere in it.
std::string to_stored_url(Context& ctx, const std::string& url) {
  if (url.find("://") != std::string::npos || fs::path(url).is_absolute()) return url;
  return absolute_in(ctx.world().cwd, url).lexically_relative(ctx.workspace().root()).string();
}

int run(Context& ctx, const Options& o) {
  if (!is_name(o.name))
    throw Error(ErrorKind::invalid, fmt::format("`{}` is not a remote name", printable(o.name)))
        .hint("use a-z, 0-9, `-` and `_`");
  Config config = ctx.workspace().config();
  const RemoteConfig remote{o.name, to_stored_url(ctx, o.url)};
  const auto at = std::lower_bound(config.remotes.begin(), config.remotes.end(), remote,
                                   [](const auto& a, const auto& b) { return a.name < b.name; });
  if (at != config.remotes.end() && at->name == o.name) {
    throw Error(ErrorKind::conflict, fmt::format("there is already a remote `{}`", o.name))
        .hint(fmt::format("first `mlo remote remove {}`", o.name));
  }
  open_remote(remote, ctx.workspace().root())->init();
  config.remotes.insert(at, remote);
  if (o.is_default) config.default_remote = o.name;
  ctx.workspace().save_config(config);
  ctx.print(
      [&] {
        Value out;
        return out.set("name", remote.name).set("url", remote.url).set("default", o.is_default);
      },
      [&](Page& page) { page.line(fmt::format("remote {}: {}", remote.name, remote.url)); });
  ctx.world().log.hint("commit .mlo/config.yaml, so that others have it too");
  return exit_code::ok;
}

}  // namespace

Command remote_add() {
  CommandInfo info;
  info.path = "remote add";
  info.summary = "name a place where objects are shared";
  info.description =
      "Makes the directory ready (its parent must exist) and writes the remote into `.mlo/config.yaml`. A push to a "
      "directory that was not made ready so fails: a "
      "disk that is not mounted is never mistaken for an empty remote.";
  info.examples = {{"mlo remote add origin /mnt/share/flights", "a network file system"}};
  info.exits = {{exit_code::conflict, "the name is taken"}, {exit_code::remote, "the directory cannot be used"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

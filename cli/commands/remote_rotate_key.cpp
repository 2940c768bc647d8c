#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/remote/encryption.hpp"
#include "lib/remote/remote.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name, new_key_file;
};

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "remote");
  args.positional(o.new_key_file, "NEW-KEY-FILE", "the key from now on (see `mlo remote new-key`)");
}

int run(Context& ctx, const Options& o) {
  Config config = ctx.workspace().config();
  const RemoteConfig& chosen = choose_remote(config, o.name);
  const std::string stored =
      o.new_key_file.starts_with("~/") ? o.new_key_file : absolute_in(ctx.world().cwd, o.new_key_file).string();
  const fs::path& root = ctx.workspace().root();
  const bool rotated = rotate_remote_key(ctx.world(), chosen, root, key_path(ctx.world(), root, stored));
  for (RemoteConfig& remote : config.remotes) {
    if (remote.name == chosen.name) remote.encryption->key_file = stored;
  }
  const std::string name = chosen.name;
  ctx.workspace().save_config(config);
  ctx.print(
      [&] { return Value::object().set("name", name).set("rotated", rotated); },
      [&](Page& page) {
        page.line(fmt::format("remote {}: {}", name,
                              rotated ? "the new key opens it, the old one does not" : "that key opens it already"));
      });
  ctx.world().log.hint(
      "give the new key to everybody who uses the remote; .mlo/config.yaml names it, .mlo/local/config.yaml may name "
      "the old one");
  return exit_code::ok;
}

}  // namespace

Command remote_rotate_key() {
  CommandInfo info;
  info.path = "remote rotate-key";
  info.summary = "change the key of an encrypted remote";
  info.description =
      "Everything there is encrypted with a key of its own, which only the remote's `format` holds, wrapped by yours. "
      "That one small file is written anew: whatever happens meanwhile, the old key opens it or the new one. Whoever "
      "had the old key and a copy of the old `format` can still read; after a leak make a new remote.";
  info.examples = {{"mlo remote rotate-key origin ~/.config/mlo/new.key", "from now on with that key"}};
  info.exits = {{exit_code::remote, "the current key does not open it"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

#include <fcntl.h>

#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/remote/encryption.hpp"
#include "lib/util/error.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string file;
};

void declare(Args& args, Options& o) { args.positional(o.file, "FILE", "where to put it; it must not exist"); }

int run(Context& ctx, const Options& o) {
  const fs::path file = absolute_in(ctx.world().cwd, o.file);
  if (find_stat(file)) {
    throw Error(ErrorKind::conflict, fmt::format("`{}` exists", file.string()))
        .hint("a key that is replaced is lost, and so is what it encrypted: name another file");
  }
  std::array<std::byte, 32> random{};
  ctx.world().rng.fill(random);
  write_file(file, encode_remote_key(Digest(random)), Durability::durable, 0600);
  ctx.print([&] { return Value::object().set("file", file.string()); },
            [&](Page& page) { page.line(fmt::format("made a key in {}", file.string())); });
  ctx.world().log.hint("keep a copy elsewhere, and never commit it: without it nothing can be read");
  return exit_code::ok;
}

}  // namespace

Command remote_new_key() {
  CommandInfo info;
  info.path = "remote new-key";
  info.summary = "make a key for encrypted remotes";
  info.description = "Writes 32 random bytes as text into a new file that only you can read.";
  info.examples = {{"mlo remote new-key ~/.config/mlo/flights.key", "then `mlo remote add .. --key-file` with it"}};
  info.exits = {{exit_code::conflict, "the file exists"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/data/links.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> paths;
};

void declare(Args& args, Options& o) {
  args.positional(o.paths, "PATH", Args::Many::one_or_more, "files, or directories with all below");
}

int run(Context& ctx, const Options& o) {
  Workspace& workspace = ctx.workspace();
  StatCache cache = workspace.stat_cache();
  LinkReport sum;
  for (const std::string& path : o.paths) {
    const LinkReport report = unlink_files(workspace, cache, workspace.to_repo_path(path));
    sum.files += report.files;
    sum.bytes += report.bytes;
  }
  cache.save(ctx.world().clock.now());
  ctx.print([&] { return Value::object().set("files", sum.files).set("bytes", sum.bytes); },
            [&](Page& page) {
              page.line(sum.files == 0 ? "nothing there is read-only or shared with the store"
                                       : fmt::format("{} can be changed now", size_text(sum.files, sum.bytes)));
            });
  return exit_code::ok;
}

}  // namespace

Command version_data_unprotect() {
  CommandInfo info;
  info.path = "version-data unprotect";
  info.summary = "make files of datasets writable";
  info.description =
      "With `link: hardlink` files of datasets may be read-only links of the store's objects. This gives them bytes of "
      "their own, each in one step, so that programs can change them in place. Files that are writable already stay as "
      "they are. The next `add` stores what they hold then, and makes links of them again.";
  info.examples = {{"mlo version-data unprotect data/raw/big.bin", "one file, before it is changed"},
                   {"mlo version-data unprotect data/raw", "all files of a dataset"}};
  info.exits = {{exit_code::conflict, "a file changed meanwhile"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

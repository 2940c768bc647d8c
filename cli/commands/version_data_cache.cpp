#include "cli/command.hpp"
#include "cli/commands/data_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/sync/move_cache.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::optional<std::string> dir;
  bool own = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.dir, "DIR", "move the objects there, and use it from now on");
  args.flag(o.own, "--own", "move them back into the repository");
}

Value value_of(const CachePlace& place) {
  Value sharers = Value::array();
  for (const fs::path& sharer : place.sharers) sharers.push(sharer.string());
  return Value::object().set("dir", place.dir.string()).set("own", place.own).set("repositories", std::move(sharers));
}

void place_lines(Page& page, const CachePlace& place) {
  page.line(fmt::format("objects lie in {}{}", place.dir.string(), place.own ? ", the repository's own" : ""));
  for (const fs::path& sharer : place.sharers) page.line("  used by " + sharer.string());
}

int run(Context& ctx, const Options& o) {
  if (o.dir && o.own) throw Error(ErrorKind::usage, "--own goes without DIR");
  Workspace& workspace = ctx.workspace();
  if (!o.dir && !o.own) {
    const CachePlace place = cache_place(workspace);
    ctx.print([&] { return value_of(place).set("moved", Value()); }, [&](Page& page) { place_lines(page, place); });
    return exit_code::ok;
  }
  const CacheMove move = move_cache(workspace, o.dir ? std::optional<fs::path>(*o.dir) : std::nullopt);
  ctx.print(
      [&] {
        Value moved = Value::object().set("files", move.moved.files).set("bytes", move.moved.bytes);
        return value_of(move.place).set("moved", moved.set("left_for", move.others));
      },
      [&](Page& page) {
        page.line("moved " + size_text(move.moved.files, move.moved.bytes));
        place_lines(page, move.place);
        if (move.others > 0)
          page.line(fmt::format("the old cache stays, for {}",
                                count_of(move.others, "other repository", "other repositories")));
      });
  return exit_code::ok;
}

}  // namespace

Command version_data_cache() {
  CommandInfo info;
  info.path = "version-data cache";
  info.summary = "show where objects lie, or move them";
  info.description =
      "Objects lie in the repository's own `.git/mlo`, or in a cache: a directory that any number of repositories of "
      "one "
      "user share, so that what they have in common takes the disk once. With DIR, which must exist, all objects move "
      "there and `.mlo/local/config.yaml` names it; objects of a cache that others use are copied.\n\n"
      "Stopped at any moment, nothing is lost, and the same command finishes the work. A gc in one repository keeps "
      "what "
      "the others need.";
  info.examples = {{"mlo version-data cache", "where are they, and who shares them?"},
                   {"mlo version-data cache /data/mlo-cache", "move them to another disk, or share them"},
                   {"mlo version-data cache --own", "back into the repository"}};
  info.exits = {{exit_code::conflict, "another process stores objects now"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/sync/gc.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string older_than = "24h", forget;
  bool yes = false, dry_run = false, unpushed = false, empty_trash = false, restore = false;
};

void declare(Args& args, Options& o) {
  args.flag(o.yes, "--yes,-y", "do it; without this only say what would be done");
  args.flag(o.dry_run, "--dry-run,-n", "only say what would be done, also with --yes");
  args.option(o.older_than, "--older-than", "TIME",
              "spare what came to the store within this time: 90m, 24h, 7d (default: 24h)");
  args.flag(o.unpushed, "--unpushed", "take also what no remote has: nothing could bring it back once trash is empty");
  args.flag(o.empty_trash, "--empty-trash", "remove all that is in trash, not only what is old");
  args.option(o.forget, "--forget", "DIR", "first drop this repository from those that share the cache");
  args.flag(o.restore, "--restore", "bring everything back from trash, and do nothing else");
}

Value value_of(const GcReport& report, bool real) {
  const auto count = [](std::uint64_t objects, std::uint64_t bytes) {
    return Value::object().set("objects", objects).set("bytes", bytes);
  };
  const auto files = [](const TrashReport& trash) {
    return Value::object().set("files", trash.files).set("bytes", trash.bytes);
  };
  return Value::object()
      .set("dry_run", !real)
      .set("repositories", report.repositories)
      .set("commits", report.commits)
      .set("manifests", report.manifests)
      .set("needed", count(report.needed.objects, report.needed.bytes))
      .set("taken", count(report.taken.objects, report.taken.bytes))
      .set("packs_taken", report.taken.packs_moved)
      .set("packs_rewritten", report.taken.packs_rewritten)
      .set("young", count(report.young.objects, report.young.bytes))
      .set("unpushed", count(report.unpushed.objects, report.unpushed.bytes))
      .set("in_needed_packs", count(report.taken.left_objects, report.taken.left_bytes))
      .set("restored", report.restored)
      .set("emptied", files(report.emptied))
      .set("trash", files(report.trash))
      .set("quarantine", files(report.quarantine))
      .set("litter", report.litter)
      .set("busy", report.busy);
}

std::string spell(std::uint64_t objects, std::uint64_t bytes) {
  return fmt::format("{} ({})", count_of(objects, "object"), format_bytes({bytes}));
}

std::string spell(const TrashReport& trash) {
  return fmt::format("{} ({})", count_of(trash.files, "file"), format_bytes({trash.bytes}));
}

void print(Page& page, const GcReport& report, bool real) {
  page.line(fmt::format("needed: {}, by {} and the work tree{}", spell(report.needed.objects, report.needed.bytes),
                        count_of(report.commits, "commit"),
                        report.repositories > 1 ? fmt::format("s of {} repositories", report.repositories) : ""));
  const auto kept = [&](const ObjectCount& count, std::string_view why) {
    if (count.objects > 0) page.line(fmt::format("kept: {}, {}", spell(count.objects, count.bytes), why));
  };
  kept(report.young, report.busy ? "stored or claimed lately; another mlo is storing" : "stored lately");
  kept(report.unpushed, "needed by nothing, but no remote has them");
  kept({report.taken.left_objects, report.taken.left_bytes}, "needed by nothing, in packs that mostly are");
  if (report.restored > 0) page.line(fmt::format("brought back from trash: {}", count_of(report.restored, "object")));
  page.line({{real ? "moved to trash: " : "would move to trash: "},
             {spell(report.taken.objects, report.taken.bytes), Style::number}});
  if (report.emptied.files > 0)
    page.line(fmt::format("{} from trash: {}", real ? "removed" : "would remove", spell(report.emptied)));
  if (report.trash.files > 0) page.line(fmt::format("in trash: {}", spell(report.trash)));
  if (report.quarantine.files > 0) page.line(fmt::format("in quarantine, left alone: {}", spell(report.quarantine)));
}

int restore(Context& ctx) {
  const std::uint64_t restored = restore_all_trash(ctx.workspace());
  ctx.print([&] { return Value::object().set("restored", restored); },
            [&](Page& page) { page.line(fmt::format("brought back from trash: {}", count_of(restored, "object"))); });
  return exit_code::ok;
}

int run(Context& ctx, const Options& o) {
  const auto grace = parse_duration(o.older_than);
  if (!grace) {
    throw Error(ErrorKind::usage, fmt::format("`{}` is no length of time", printable(o.older_than)))
        .hint("say --older-than 90m, 24h or 7d");
  }
  if (o.restore) return restore(ctx);
  Workspace& workspace = ctx.workspace();
  const bool real = o.yes && !o.dry_run;
  if (!o.forget.empty() && !real) throw Error(ErrorKind::usage, "--forget goes with --yes");
  if (!o.forget.empty()) forget_repository(workspace, o.forget);
  GcOptions options{.mode = real ? Mode::real : Mode::dry_run, .grace = *grace};
  if (o.unpushed) options.unpushed = GcOptions::Unpushed::take;
  if (o.empty_trash) options.trash = GcOptions::Trash::all;
  std::vector<std::unique_ptr<Remote>> remotes;
  if (!o.unpushed) {
    for (const RemoteConfig& remote : workspace.config().remotes)
      remotes.push_back(open_remote(ctx.world(), remote, workspace.root()));
  }
  const GcReport report = gc(workspace, remotes, options);
  ctx.print([&] { return value_of(report, real); }, [&](Page& page) { print(page, report, real); });
  const bool work = report.taken.objects > 0 || report.emptied.files > 0;
  if (!real && work) ctx.world().log.hint("do it with `mlo version-data gc --yes`");
  if (report.unpushed.objects > 0)
    ctx.world().log.hint(remotes.empty() ? "there is no remote; --unpushed takes what is nowhere else"
                                         : "--unpushed takes also what no remote has");
  return exit_code::ok;
}

}  // namespace

Command version_data_gc() {
  CommandInfo info;
  info.path = "version-data gc";
  info.summary = "remove objects that nothing needs";
  info.description =
      "Needed is what datasets, models, baselines, locks and runs name: in all commits that branches, tags, stashes, "
      "reflogs or unfinished merges reach, in the index, in the files of all work trees, in runs that go on and in the "
      "cache of stages. A manifest that cannot be read stops it.\n\n"
      "Without `--yes` it only says what it would do. What came to the store lately stays, and what no remote has "
      "stays "
      "too, unless `--unpushed`. What goes waits in `.git/mlo/trash` for another 24 hours: a later gc brings back what "
      "is needed again and removes the rest; `--restore` brings back all. Other commands can go on meanwhile.\n\n"
      "Where repositories share a cache (`cache: {dir: ..}` in `.mlo/local/config.yaml`), what any of them needs "
      "stays. "
      "One that is not there stops it, until it is back or dropped with `--forget`.";
  info.examples = {{"mlo version-data gc", "what would go?"},
                   {"mlo version-data gc --yes", "move it to trash"},
                   {"mlo version-data gc --yes --older-than 7d --empty-trash", "and free the disk at once"},
                   {"mlo version-data gc --restore", "bring everything back"}};
  info.exits = {{exit_code::conflict, "another gc is at it"},
                {exit_code::remote, "a remote could not be asked what it has; --unpushed asks none"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

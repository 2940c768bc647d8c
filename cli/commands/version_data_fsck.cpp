#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "lib/sync/fsck.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  bool heal = false, read_remote = false;
  std::string remote;
};

void declare(Args& args, Options& o) {
  args.flag(o.heal, "--heal", "fetch good bytes for what is damaged, and send again what the remote lost");
  args.option(o.remote, "--remote,-r", "REMOTE",
              "look for what this one lost, and heal from it (default: the configured one)");
  args.flag(o.read_remote, "--read-remote", "look at the remote, and read every byte there, too");
}

Value value_of(const FsckReport& report) {
  Value damaged = Value::array();
  for (const DamagedObject& object : report.damaged) {
    damaged.push(Value::object().set("id", object.id.str()).set("owner", object.owner).set("healed", object.healed));
  }
  Value lost = Value::array();
  for (const LostObject& object : report.lost)
    lost.push(Value::object().set("id", object.id.str()).set("owner", object.owner).set("sent", object.sent));
  return Value::object()
      .set("good", report.good())
      .set("objects", report.objects)
      .set("bytes", report.bytes)
      .set("indexes_mended", report.indexes)
      .set("damaged", std::move(damaged))
      .set("absent", report.absent)
      .set("remote_objects", report.there ? Value(report.there->objects) : Value())
      .set("lost", std::move(lost));
}

void print(Page& page, const FsckReport& report) {
  for (const DamagedObject& object : report.damaged) {
    page.line({{object.healed ? "healed   " : "DAMAGED  ", object.healed ? Style::good : Style::bad},
               {object.id.brief(), Style::name},
               {object.owner.empty() ? "" : " of " + object.owner}});
  }
  for (const LostObject& object : report.lost) {
    page.line({{object.sent ? "sent     " : "LOST     ", object.sent ? Style::good : Style::bad},
               {object.id.brief(), Style::name},
               {object.owner.empty() ? "" : " of " + object.owner}});
  }
  if (report.indexes > 0) page.line(fmt::format("made {} anew", count_of(report.indexes, "index", "indexes")));
  page.line(fmt::format("read {} ({}): {}", count_of(report.objects, "object"), format_bytes({report.bytes}),
                        report.damaged.empty() ? "none is damaged" : fmt::format("{} damaged", report.damaged.size())));
  if (report.there)
    page.line(fmt::format("the remote names {} ({}): {}", count_of(report.there->objects, "object"),
                          format_bytes({report.there->bytes}),
                          report.lost.empty() ? "none is lost" : fmt::format("{} lost", report.lost.size())));
}

int run(Context& ctx, const Options& o) {
  Workspace& workspace = ctx.workspace();
  std::unique_ptr<Remote> remote;
  if (o.heal || o.read_remote || !o.remote.empty())
    remote = open_remote(ctx.world(), choose_remote(workspace.config(), o.remote), workspace.root());
  const FsckReport report = fsck(workspace, remote.get(), o.read_remote ? Reading::all : Reading::sizes,
                                 o.heal ? Healing::wanted : Healing::unwanted);
  ctx.print([&] { return value_of(report); }, [&](Page& page) { print(page, report); });
  if (report.absent > 0)
    ctx.world().log.hint(fmt::format("{} that manifests or runs name {} not here; `mlo pull` fetches those of the data",
                                     count_of(report.absent, "object"), report.absent == 1 ? "is" : "are"));
  if (!report.good() && !o.heal) {
    const std::string again =
        fmt::format("`mlo version-data fsck --heal{}{}`", o.remote.empty() ? "" : " --remote " + shell_quote(o.remote),
                    o.read_remote ? " --read-remote" : "");
    ctx.world().log.hint(report.lost.empty()
                             ? fmt::format("what is damaged was moved to quarantine; {} fetches good bytes", again)
                             : fmt::format("{} sends what is lost there, if it is here", again));
  }
  return report.good() ? exit_code::ok : exit_code::verdict;
}

}  // namespace

Command version_data_fsck() {
  CommandInfo info;
  info.path = "version-data fsck";
  info.summary = "read every stored byte and find what is damaged";
  info.description =
      "Rehashes all objects of the store, those in packs too. What is not what its name says is moved to "
      "`.git/mlo/quarantine`, so that no command can use it; with `--heal` good bytes are fetched from a remote. "
      "Objects that were never fetched are counted, not complained of. With `--remote`, `--read-remote` or `--heal` "
      "the "
      "remote is looked at, too, for objects of any version in the history that are gone or too short there (with "
      "`--read-remote`: or whose bytes are wrong). With `--heal` those are sent again if they are here; if not, the "
      "remote says no more that it has them, and a clone that has them sends them with `--heal`. Without it nothing is "
      "changed there.";
  info.examples = {{"mlo version-data fsck", "is every version still whole?"},
                   {"mlo version-data fsck --heal", "mend it from the default remote, and the remote from here"},
                   {"mlo version-data fsck --remote origin", "has the remote lost anything? nothing is changed there"},
                   {"mlo version-data fsck --read-remote", "is every byte there still right, too?"}};
  info.exits = {{exit_code::verdict, "something is damaged or lost and could not be healed"},
                {exit_code::remote, "the remote failed"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

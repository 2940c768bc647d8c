#include "cli/command.hpp"
#include "cli/commands/assignment_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/registry/promote.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name, stage, reason;
  std::optional<std::string> to;
  bool dry_run = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.name, "NAME", "of the model");
  args.option(o.stage, "--stage", "STAGE", "which stage");
  args.option(o.to, "--to", "VERSION", "a version that held it (default: the one before)");
  args.option(o.reason, "--reason", "TEXT", "why, for the record");
  args.flag(o.dry_run, "--dry-run,-n", "only say what would be done");
}

int run(Context& ctx, const Options& o) {
  if (o.stage.empty())
    throw Error(ErrorKind::usage, "`mlo promote rollback` needs `--stage STAGE`")
        .hint("mlo promote rollback NAME --stage prod");
  const RollbackPlan plan = plan_rollback(ctx.workspace(), o.name, o.stage, o.to);
  std::optional<Assignment> made;
  if (!o.dry_run) made = rollback(ctx.workspace(), o.name, o.stage, o.to, o.reason);
  const Assignment& shown = made ? *made : plan.to;
  ctx.print(
      [&] {
        return Value::object()
            .set("dry_run", o.dry_run)
            .set("from", plan.from.version->manifest.version)
            .set("to", plan.to.version->manifest.version)
            .set("assignment", made ? assignment_value(*made) : Value());
      },
      [&](Page& page) {
        page.line({{made ? "rolled back " : "would roll back "},
                   {o.name, Style::name},
                   {fmt::format(" in {}: v{} -> v{}", o.stage, plan.from.version->manifest.version,
                                shown.version->manifest.version)},
                   {made ? ", tag " + made->name : ""}});
      });
  if (made) ctx.world().log.hint("share it with `mlo push`");
  return exit_code::ok;
}

}  // namespace

Command promote_rollback() {
  CommandInfo info;
  info.path = "promote rollback";
  info.summary = "let the version before hold a stage again";
  info.description =
      "Writes a new tag on the version that held the stage before the present one; nothing is deleted. Gates are not "
      "asked "
      "again: the version stands on the report of its own promotion, which the new tag names. Rolling back twice goes "
      "back "
      "two versions.";
  info.examples = {{"mlo promote rollback delay --stage prod --reason 'late alerts'", "the version before"},
                   {"mlo promote rollback delay --stage prod --to 1.0.0", "an older one"}};
  info.exits = {{exit_code::conflict, "somebody else promoted meanwhile, or that version holds the stage"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

#include "lib/registry/promote.hpp"
#include "cli/command.hpp"
#include "cli/commands/assignment_page.hpp"
#include "cli/commands/gate_fetch.hpp"
#include "cli/commands/gate_remarks.hpp"
#include "cli/exit_code.hpp"
#include "cli/gate_page.hpp"
#include "cli/run_printer.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string model, stage, reason;
  std::vector<std::string> overrides;
  bool dry_run = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.model, "NAME@VERSION", "a registered version");
  args.option(o.stage, "--to", "STAGE", "where to, such as prod or staging");
  args.option(o.overrides, "--override", "GATE", "let it pass this gate of the policy whatever it says; recorded");
  args.option(o.reason, "--reason", "TEXT", "why, for --override");
  args.flag(o.dry_run, "--dry-run,-n", "ask the gates, promote nothing");
}

void require_options(const Options& o) {
  if (o.stage.empty())
    throw Error(ErrorKind::usage, "`mlo promote` needs `--to STAGE`").hint("mlo promote NAME@VERSION --to prod");
  require_stage_name(o.stage);
  if (o.overrides.empty() != o.reason.empty())
    throw Error(ErrorKind::usage,
                o.reason.empty() ? "`--override` needs `--reason TEXT`" : "`--reason` goes with `--override GATE`");
  if (o.model.find('@') == std::string::npos)
    throw Error(ErrorKind::usage, fmt::format("`{}` names no version", o.model))
        .hint(fmt::format("mlo promote {}@VERSION --to {}", o.model, o.stage));
}

int run(Context& ctx, const Options& o) {
  require_options(o);
  Workspace& workspace = ctx.workspace();
  const ModelVersion candidate = resolve_model(workspace, o.model);
  const std::string& name = candidate.manifest.name;
  const auto holder = find_holder(workspace, name, o.stage);
  if (holder && holder->commit == candidate.commit) {
    ctx.print([&] { return promotion_value(nullptr, nullptr, /*promoted=*/false, o.dry_run); },
              [&](Page& page) {
                page.line({{fmt::format("{}@v{}", name, candidate.manifest.version), Style::name},
                           {" holds " + o.stage + " already"}});
              });
    return exit_code::ok;
  }
  const StagePolicy policy = load_stage_policy(workspace, o.stage);
  remark_policy(ctx, policy);
  std::vector<GateOverride> overrides;
  const std::string who = workspace.repo().identity(ctx.world().env, UtcTime()).email;
  for (const std::string& gate : o.overrides) overrides.push_back({gate, o.reason, who});
  const std::uint64_t seen = stage_counter(workspace, name, o.stage);
  RunPrinter printer(ctx);
  GateRequest request = gate_request(workspace, candidate, policy, std::move(overrides));
  request.fetch = fetch_from_remote(workspace);
  const GateVerdict verdict = evaluate_gates(workspace, policy, request, printer);
  const GateReport& report = verdict.report();
  std::optional<Assignment> made;
  if (report.passed() && !o.dry_run) made = promote(workspace, verdict, seen);
  ctx.print(
      [&] { return promotion_value(&report, made ? &*made : nullptr, made.has_value(), o.dry_run); },
      [&](Page& page) {
        if (report.policy) print_gates(report, page, ctx.verbose());
        const std::string what = fmt::format("{}@v{}", name, candidate.manifest.version);
        if (made)
          page.line(
              {{"promoted "}, {what, Style::name}, {fmt::format(" to {}: tag ", o.stage)}, {made->name, Style::name}});
        if (!made && report.passed()) page.line({{"would promote "}, {what, Style::name}, {" to " + o.stage}});
        if (!report.policy && report.passed())
          page.line({{fmt::format("  no policy for {} in {}: nothing was asked", o.stage, policy.ref), Style::dim}});
      });
  if (made) ctx.world().log.hint("share it with `mlo push`");
  return report.passed() ? exit_code::ok : exit_code::verdict;
}

}  // namespace

Command promote_command() {
  CommandInfo info;
  info.path = "promote";
  info.summary = "let a version hold a stage, if the gates of its policy say yes";
  info.description =
      "Reads the policy `.mlo/gates/STAGE.yaml` from the protected branch (`git config mlo.policyRef`, else origin's "
      "HEAD), never from the work tree; evaluates the candidate and the present champion on the same holdout; and "
      "writes "
      "one annotated tag `NAME#STAGE#N` on the version's commit, whose message holds the report. No commit is made. "
      "Such a "
      "tag made or changed by hand shows as `unverified` and counts nowhere. Without a policy nothing is asked.\n\n"
      "A gate can be overridden, with a reason: the tag and `mlo promote history` keep both.";
  info.examples = {{"mlo promote delay@1.2.0 --to prod", "ask the gates; promote if they say yes"},
                   {"mlo promote delay@1.2.0 --to prod --dry-run", "only ask"},
                   {"mlo promote delay@1.2.0 --to prod --override p99 --reason 'measured on the new machine'",
                    "let it pass one gate, on the record"}};
  info.exits = {{exit_code::verdict, "a gate says no, or the version is unverified"},
                {exit_code::conflict, "somebody else promoted meanwhile"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

#include <fcntl.h>

#include "cli/command.hpp"
#include "cli/commands/gate_fetch.hpp"
#include "cli/commands/gate_remarks.hpp"
#include "cli/exit_code.hpp"
#include "cli/gate_page.hpp"
#include "cli/run_printer.hpp"
#include "lib/registry/new_versions.hpp"
#include "lib/registry/promote.hpp"
#include "lib/report/gate_junit.hpp"
#include "lib/report/gate_markdown.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::optional<std::string> model, since;
  std::string stage, junit, markdown;
};

void declare(Args& args, Options& o) {
  args.positional(o.model, "NAME@VERSION", "a registered version");
  args.option(o.since, "--since", "REV",
              "instead: of each model the newest version that HEAD has and REV has not; REV..TIP for another end");
  args.option(o.stage, "--to", "STAGE", "where it would go, say prod");
  args.option(o.junit, "--junit", "FILE", "write the report as JUnit XML: a testsuite a version, a testcase a gate");
  args.option(o.markdown, "--markdown", "FILE", "append the report as Markdown");
}

/// Other steps may have written to the file before.
void append_file(const fs::path& path, std::string_view text) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!fd) throw_errno("open", path.string());
  write_all(fd.get(), text, path);
}

Value reports_value(const std::vector<GateReport>& reports, const std::string& since, bool passed) {
  Value list = Value::array();
  for (const GateReport& report : reports) list.push(to_value(report));
  return Value::object().set("since", since).set("passed", passed).set("reports", std::move(list));
}

void require_options(const Options& o) {
  if (o.stage.empty())
    throw Error(ErrorKind::usage, "`mlo promote check` needs `--to STAGE`")
        .hint("mlo promote check NAME@VERSION --to prod");
  if (o.model.has_value() == o.since.has_value())
    throw Error(ErrorKind::usage, o.model ? "a version and `--since` exclude each other"
                                          : "`mlo promote check` needs NAME@VERSION or `--since REV`")
        .hint(fmt::format("mlo promote check --since origin/main --to {}", o.stage));
}

int run(Context& ctx, const Options& o) {
  require_options(o);
  Workspace& workspace = ctx.workspace();
  std::vector<ModelVersion> candidates;
  if (o.since)
    candidates = new_versions(workspace, *o.since);  // first: what mends a clone for it serves the policy too
  const StagePolicy policy = load_stage_policy(workspace, o.stage);
  if (o.model) candidates.push_back(resolve_model(workspace, *o.model));
  remark_policy(ctx, policy);
  if (!policy.policy && policy.ignored.empty())
    ctx.world().log.warn(
        fmt::format("stage `{}` has no policy at `{}`: any version may go there", o.stage, policy.ref));
  RunPrinter printer(ctx);
  std::vector<GateReport> reports;
  for (const ModelVersion& candidate : candidates) {
    GateRequest request = gate_request(workspace, candidate, policy, {});
    request.fetch = fetch_from_remote(workspace);
    reports.push_back(evaluate_gates(workspace, policy, request, printer).report());
  }
  const bool passed = std::all_of(reports.begin(), reports.end(), [](const GateReport& r) { return r.passed(); });
  if (!o.junit.empty()) write_file(absolute_in(ctx.world().cwd, o.junit), report::gate_junit(reports));
  if (!o.markdown.empty()) {
    for (const GateReport& report : reports)
      append_file(absolute_in(ctx.world().cwd, o.markdown), report::gate_markdown(report));
  }
  ctx.print([&] { return o.since ? reports_value(reports, *o.since, passed) : to_value(reports[0]); },
            [&](Page& page) {
              for (const GateReport& report : reports) print_gates(report, page, ctx.verbose());
              if (reports.empty()) page.line(fmt::format("no new version of a model since {}", *o.since));
            });
  return passed ? exit_code::ok : exit_code::verdict;
}

}  // namespace

Command promote_check() {
  CommandInfo info;
  info.path = "promote check";
  info.summary = "ask the gates of a stage about a version, and promote nothing";
  info.description =
      "Reads the policy `.mlo/gates/STAGE.yaml` from the protected branch (`git config mlo.policyRef`, else origin's "
      "HEAD), never from the work tree. If it names an evaluation, that stage of the pipeline runs in a work tree of "
      "its "
      "own, at the policy's commit and on the policy's holdout, for the version and for the present holder of the "
      "stage; "
      "what ran before comes from the cache. Models and data that it needs and this clone lacks come from the remote. "
      "Metrics that mlo knows are computed from the predictions.\n\n"
      "Kinds of gates: bounds on a metric, no regression against the champion (with `confidence`: by a paired "
      "bootstrap), "
      "slices near each other, percentiles of latency, commits of a branch. A value that is missing or not a number "
      "never "
      "passes.\n\n"
      "--since asks about what a branch adds: in CI, what a merge would bring. Nothing new is a yes. Its --json has a "
      "list "
      "of reports.\n\n"
      "In GitHub Actions `--markdown \"$GITHUB_STEP_SUMMARY\"` shows the report on the page of the run; `--junit` is "
      "for "
      "whatever reads test results.";
  info.examples = {{"mlo promote check delay@1.2.0 --to prod", "may it go to production?"},
                   {"mlo promote check --since origin/main --to prod --markdown \"$GITHUB_STEP_SUMMARY\" --junit "
                    "gates.xml",
                    "in CI: what the branch adds, with a summary and test results"},
                   {"mlo promote check delay@1.2.0 --to prod --json", "the report for a script"}};
  info.exits = {{exit_code::verdict, "a gate says no"}, {exit_code::interrupted, "interrupted; the work tree is gone"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

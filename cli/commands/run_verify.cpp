#include "cli/command.hpp"
#include "cli/commands/attestation_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/pipeline/verify.hpp"
#include "lib/pipeline/verify_claims.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> targets;
  bool twice = false;
  double tolerance = -1;
};

void declare(Args& args, Options& o) {
  args.positional(o.targets, "RUN|STAGE|all", Args::Many::one_or_more,
                  "a run by id or name; stages (or groups, or outputs) as `mlo.lock` has them; or all of these");
  args.flag(o.twice, "--twice",
            "run everything twice, in two places: tells what never agrees from what no longer does");
  args.option(o.tolerance, "--tolerance", "X",
              "how far numbers in metrics files may be off, relative to the larger; in place of the stages' own");
}

/// One line on stderr for each stage that is done; what the commands write only if asked for.
class VerifyPrinter : public VerifyObserver {
 public:
  explicit VerifyPrinter(Context& ctx) : ctx_(ctx) {}
  void started(const std::string&, std::size_t index, std::size_t total) override {
    place_ = fmt::format("[{}/{}]", index + 1, total);
  }
  void output(const std::string&, StreamKind, std::string_view bytes) override {
    if (ctx_.verbose()) ctx_.host().err(bytes);
  }
  void finished(const VerifiedStage& stage) override {
    if (ctx_.quiet() || ctx_.json()) return;
    ctx_.host().err(
        fmt::format("{} {} ({})\n", place_, printable(stage.attested.stage), format_seconds(stage.seconds)));
  }

 private:
  Context& ctx_;
  std::string place_;
};

const VerifiedStage* first_bad(const VerifyReport& report) {
  for (const VerifiedStage& stage : report.stages) {
    if (!is_reproduced(stage.attested.verdict)) return &stage;
  }
  return nullptr;
}

Value report_value(const VerifyReport& report) {
  Value stages = Value::array(), runs = Value::array();
  for (const VerifiedStage& stage : report.stages) {
    Value item = to_value(stage.attested), diff = Value::array();
    for (const std::string& line : stage.diff) diff.push(line);
    item.set("nondeterministic", stage.nondeterministic).set("seconds", stage.seconds).set("diff", std::move(diff));
    stages.push(std::move(item));
  }
  for (const Attestation& attestation : report.attestations) runs.push(attestation.run);
  const VerifiedStage* bad = first_bad(report);
  Value out;
  out.set("name", report.name).set("commit", report.code.commit).set("verdict", to_string(report.verdict));
  out.set("first", bad == nullptr ? Value() : Value(bad->attested.stage)).set("stages", std::move(stages));
  return out.set("attested", std::move(runs));
}

void show(Page& page, const VerifyReport& report) {
  for (const VerifiedStage& stage : report.stages) {
    const AttestedStage& s = stage.attested;
    page.line({{s.stage, Style::name}, {"  "}, {std::string(to_string(s.verdict)), verdict_style(s.verdict)}});
    if (!s.reason.empty()) page.line("  " + s.reason);
    for (const std::string& line : stage.diff) page.line({{"    " + line, Style::dim}});
    if (stage.invocation.empty()) page.line({{"  no run of it is recorded, so this is attested to none", Style::dim}});
  }
  const VerifiedStage* bad = first_bad(report);
  page.line({{report.name, Style::name},
             {fmt::format(" at {}: ", report.code.commit.substr(report.code.commit.find(':') + 1).substr(0, 12))},
             {std::string(to_string(report.verdict)), verdict_style(report.verdict)},
             {bad == nullptr ? "" : fmt::format(", first `{}`", bad->attested.stage)}});
}

int run(Context& ctx, const Options& o) {
  VerifyRequest request;
  request.twice = o.twice;
  if (o.tolerance != -1) {
    if (!(o.tolerance >= 0 && o.tolerance < 1))
      throw Error(ErrorKind::usage, "`--tolerance` must be at least 0 and below 1");
    request.tolerance = o.tolerance;
  }
  if (o.targets != std::vector<std::string>{"all"}) {
    if (names_stages(ctx.workspace(), o.targets)) {
      request.stages = o.targets;
    } else if (o.targets.size() == 1) {
      request.run = o.targets[0];
    } else {
      throw Error(ErrorKind::usage, "several names must all be stages; runs are verified one at a time");
    }
  }
  VerifyPrinter printer(ctx);
  const VerifyReport report = verify(ctx.workspace(), request, printer);
  ctx.print([&] { return report_value(report); }, [&](Page& page) { show(page, report); });
  return is_reproduced(report.verdict) ? exit_code::ok : exit_code::verdict;
}

}  // namespace

Command run_verify() {
  CommandInfo info;
  info.path = "run verify";
  info.summary = "prove a result by doing it again";
  info.description =
      "Checks out the commit of the record (with the uncommitted files that the run kept) in a work tree of its own, "
      "takes each stage's inputs by their recorded digests from git and the store, runs its commands without the cache "
      "in a clean environment, and compares the digests of what they write with the recorded ones. Stages are verified "
      "one by one, each on the recorded inputs, so one that differs does not blame those after it.\n\n"
      "identical: the same bytes. within-tolerance: only numbers in metrics files differ, by no more than --tolerance "
      "or the stage's `tolerance`. different: with the first output that differs, and where. not-comparable: they "
      "differ, and were made on other hardware or by another toolchain. unverifiable: the record does not say what to "
      "run; nothing ran.\n\n"
      "The environment has what the stage declares in `env`, what `deterministic: true` pins, and of the user's own: "
      "PATH, LD_LIBRARY_PATH, VIRTUAL_ENV, CONDA_*, CUDA_*, HOME, USER, LOGNAME, SHELL, TMPDIR, LANG, LC_*, TZ and "
      "which "
      "devices are visible. Neither `mlo.lock`, nor the history of runs, nor the cache sees what runs here; an "
      "attestation of the outcome is stored beside the run and travels with `mlo push`.";
  info.examples = {{"mlo run verify all", "does this commit still give what `mlo.lock` says?"},
                   {"mlo run verify train --twice", "if not: is it stale, or does it never give the same?"},
                   {"mlo run verify brave-otter --tolerance 1e-6", "one run, numbers up to a millionth apart"}};
  info.exits = {{exit_code::verdict, "something differs, or cannot be verified"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

#include "cli/command.hpp"
#include "cli/commands/drift_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/codec/json.hpp"
#include "lib/drift/baseline.hpp"
#include "lib/drift/check.hpp"

namespace mlo::cli {
namespace {

constexpr std::string_view kBaselinePrefix = "baseline:";

struct Options {
  std::string reference, current;
  DriftChoice choice;
  DriftFiles files;
};

void declare(Args& args, Options& o) {
  args.positional(
      o.reference, "REFERENCE",
      "what the data should look like: a table, a directory of tables, a dataset NAME[@REV], or baseline:MODEL");
  args.positional(o.current, "CURRENT", "the data to judge: a table, a directory of tables, or a dataset NAME[@REV]");
  declare_choice(args, o.choice);
  declare_files(args, o.files);
}

drift::DriftReport check(Context& ctx, Workspace* workspace, const Options& o) {
  World& world = ctx.world();
  const DataSource current = resolve_source(world.cwd, workspace, o.current);
  if (!o.reference.starts_with(kBaselinePrefix)) {
    const DataSource reference = resolve_source(world.cwd, workspace, o.reference);
    return drift::check_drift(world, reference, current, read_choice(o.choice, {}));
  }
  const std::string model = o.reference.substr(kBaselinePrefix.size());
  const drift::Baseline baseline = drift::load_baseline(ctx.workspace(), model);
  drift::DriftReport report = drift::check_drift(world, drift::baseline_source(ctx.workspace(), baseline), current,
                                                 read_choice(o.choice, baseline.options));
  report.model = model;
  return report;
}

int run(Context& ctx, const Options& o) {
  Workspace* const workspace = find_workspace(ctx);
  const drift::DriftReport report = check(ctx, workspace, o);
  write_files(ctx, o.files, report);
  if (workspace != nullptr) write_file(last_report_file(*workspace), emit_json(to_value(report)), Durability::cache);
  ctx.print([&] { return to_value(report); }, [&](Page& page) { report_lines(page, report); });
  return report.is_drift() ? exit_code::verdict : exit_code::ok;
}

}  // namespace

Command drift_check() {
  CommandInfo info;
  info.path = "drift check";
  info.summary = "compare the distributions of two tables, column by column";
  info.description =
      "Tables are .parquet, .csv, .tsv, .jsonl or .ndjson files (the text ones also .gz), or versioned datasets. Each "
      "column gets a test by "
      "Evidently's default rule: up to 1000 reference values Kolmogorov-Smirnov for numbers and chi-square (z for two "
      "values) for categories; "
      "beyond that the Wasserstein and the Jensen-Shannon distance. `mlo drift tests` lists them all.\n\n"
      "A column that is missing, became empty, or changed so that its values cannot be compared counts as drifted. "
      "Free text, dates and "
      "nested values are not tested and do not count. The data has drifted if the share of drifted columns reaches the "
      "limit.";
  info.examples = {
      {"mlo drift check january.parquet july.parquet", "compare two files"},
      {"mlo drift check flights@v1 flights --html drift.html", "what changed in a dataset since a tag, with plots"},
      {"mlo drift check baseline:delay today.csv --prometheus delay.prom", "judge today's data by a model's baseline"},
      {"mlo drift check a.csv b.csv --test psi --threshold 0.2 --threshold fare=0.1", "choose test and thresholds"}};
  info.exits = {{exit_code::verdict, "the data has drifted"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

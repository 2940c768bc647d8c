#include "cli/command.hpp"
#include "cli/commands/drift_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/drift/baseline.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::optional<std::string> model, reference;
  DriftChoice choice;
  bool remove = false, dry_run = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.model, "MODEL", "whose baseline (default: list all)");
  args.positional(
      o.reference, "REFERENCE",
      "the data to keep as its baseline: a table, or a dataset NAME[@REV] (default: show the one there is)");
  declare_choice(args, o.choice);
  args.flag(o.remove, "--remove", "remove the model's baseline; the data stays in the store");
  args.flag(o.dry_run, "--dry-run,-n", "with --remove: only say what would be done");
}

Value to_value(const drift::Baseline& baseline) {
  Value out;
  out.set("model", baseline.model).set("source", baseline.source).set("tree", baseline.tree.str());
  return out.set("file_name", baseline.directory ? Value() : Value(baseline.file_name));
}

void print(Context& ctx, const std::vector<drift::Baseline>& baselines) {
  ctx.print(
      [&] {
        Value list = Value::array();
        for (const auto& baseline : baselines) list.push(to_value(baseline));
        return list;
      },
      [&](Page& page) {
        if (baselines.empty()) return page.line("no baselines");
        Table table{.columns = {{"model", Align::left}, {"data", Align::left}, {"content", Align::left}}, .rows = {}};
        for (const auto& b : baselines) {
          table.rows.push_back({{b.model, Style::name}, {b.source}, {b.tree.str().substr(0, 19), Style::dim}});
        }
        page.table(table);
      });
}

int run(Context& ctx, const Options& o) {
  Workspace& workspace = ctx.workspace();
  if (o.remove) {
    if (!o.model || o.reference)
      throw Error(ErrorKind::usage, "`--remove` needs one model and nothing else")
          .hint("mlo drift baseline MODEL --remove");
    drift::remove_baseline(workspace, *o.model, o.dry_run ? Execution::dry_run : Execution::real);
    ctx.print(
        [&] {
          return Value(Value::Object{{"removed", *o.model}, {"dry_run", o.dry_run}});
        },
        [&](Page& page) {
          page.line(fmt::format("{} the baseline of {}", o.dry_run ? "would remove" : "removed", *o.model));
        });
    return exit_code::ok;
  }
  if (o.dry_run)
    throw Error(ErrorKind::usage, "`--dry-run` goes with `--remove`")
        .hint("mlo drift baseline MODEL --remove --dry-run");
  if (!o.model) {
    print(ctx, drift::list_baselines(workspace));
  } else if (!o.reference) {
    print(ctx, {drift::load_baseline(workspace, *o.model)});
  } else {
    const DataSource source = resolve_source(ctx.world().cwd, &workspace, *o.reference);
    print(ctx, {drift::save_baseline(workspace, *o.model, source, read_choice(o.choice, {}))});
  }
  return exit_code::ok;
}

}  // namespace

Command drift_baseline() {
  CommandInfo info;
  info.path = "drift baseline";
  info.summary = "keep the data that a model's inputs are compared with";
  info.description =
      "Writes and stages `.mlo/baselines/MODEL.yaml`: the data by content, and the choice of columns, tests and "
      "thresholds. The rows themselves go "
      "to the store, so a check gives the same digits wherever the objects are. `mlo drift check baseline:MODEL "
      "CURRENT` uses it.\n\n"
      "With a model alone it shows that baseline, with nothing it lists all.";
  info.examples = {
      {"mlo drift baseline delay train@v1.2.0", "keep the training data of a tag"},
      {"mlo drift baseline delay january.parquet --test psi --ignore id", "keep a file, and how to compare with it"},
      {"mlo drift baseline delay --remove", "forget it"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

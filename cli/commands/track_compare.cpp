#include "cli/command.hpp"
#include "cli/commands/run_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/runs/compare.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/runs/run_message.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> runs;
  bool all = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.runs, "RUN", Args::Many::one_or_more, "two runs or more; differences are against the first");
  args.flag(o.all, "--all", "also what is the same in all of them");
}

Value or_null(const std::optional<std::string>& text) { return text ? Value(*text) : Value(); }

Value to_value(const std::vector<Run>& runs, const std::vector<ComparedRow>& rows) {
  Value names = Value::array(), list = Value::array();
  for (const Run& run : runs) names.push(Value::object().set("id", run.record.id).set("name", run.record.name));
  for (const ComparedRow& row : rows) {
    Value values = Value::array();
    for (std::size_t i = 0; i < runs.size(); ++i)
      values.push(row.numbers[i] ? Value(*row.numbers[i]) : or_null(row.values[i]));
    list.push(Value::object()
                  .set("facet", to_string(row.facet))
                  .set("key", row.key)
                  .set("differs", row.differs)
                  .set("values", std::move(values)));
  }
  return Value::object().set("runs", std::move(names)).set("rows", std::move(list));
}

/// "0.8421 (+0.012)": a metric beside that of the first run.
std::string cell_text(const ComparedRow& row, std::size_t i) {
  if (!row.values[i]) return "-";
  if (!row.numbers[i]) {
    const auto& text = *row.values[i];
    return text.starts_with("git-sha1:") ? text.substr(9, 12) : brief_fact(text);
  }
  std::string out = format_metric(*row.numbers[i]);
  if (i == 0 || !row.numbers[0] || !row.differs) return out;
  const double delta = *row.numbers[i] - *row.numbers[0];
  return fmt::format("{} ({}{})", out, delta > 0 ? "+" : "", format_metric(delta));
}

void to_page(Page& page, const std::vector<Run>& runs, const std::vector<ComparedRow>& rows, bool all) {
  Table table;
  table.columns.push_back({""});
  for (const Run& run : runs) table.columns.push_back({run.record.name, Align::left, Fit::cut, Title::name});
  std::string_view title;
  std::size_t same = 0;
  for (const ComparedRow& row : rows) {
    if (!row.differs) ++same;
    if (!row.differs && !all) continue;
    if (!row.differs && same == 1) {
      title = {};
      table.rows.push_back({{"the same in all", Style::dim}});
    }
    if (title != to_string(row.facet)) table.rows.push_back({{std::string(to_string(row.facet)), Style::bold}});
    title = to_string(row.facet);
    std::vector<Table::Cell> cells = {{"  " + row.key}};
    for (std::size_t i = 0; i < runs.size(); ++i)
      cells.push_back({cell_text(row, i), row.numbers[i] ? Style::number : Style::plain});
    table.rows.push_back(std::move(cells));
  }
  page.table(table);
  if (!all && same > 0)
    page.line(
        {{fmt::format("{} the same in all; `--all` shows them", count_of(same, "fact is", "facts are")), Style::dim}});
}

int run(Context& ctx, const Options& o) {
  recover_runs(ctx.workspace());
  const std::vector<Run> runs = find_runs(ctx.workspace(), o.runs);
  if (runs.size() < 2)
    throw Error(ErrorKind::usage, "comparing takes two different runs").hint("list them with `mlo track list`");
  const RunStore store(ctx.workspace());
  const std::vector<ComparedRow> rows =
      compare_runs(runs, [&](const Digest& list) { return store.find_packages(list); });
  ctx.print([&] { return to_value(runs, rows); }, [&](Page& page) { to_page(page, runs, rows, o.all); });
  return exit_code::ok;
}

}  // namespace

Command track_compare() {
  CommandInfo info;
  info.path = "track compare";
  info.summary = "show runs side by side, differences first";
  info.description =
      "Metrics with their difference from the first run, then parameters, data, code, tags, environment (machine, "
      "programs, installed packages) and command, as far as they differ.";
  info.examples = {{"mlo track compare brave-otter calm-fox", "why is one better than the other"},
                   {"mlo track compare brave-otter calm-fox tidy-owl --all", "three, with what they share"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

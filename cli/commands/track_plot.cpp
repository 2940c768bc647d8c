#include <cmath>

#include "cli/command.hpp"
#include "cli/commands/run_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/codec/reader.hpp"
#include "lib/report/chart.hpp"
#include "lib/runs/live_run.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string metric;
  std::vector<std::string> runs;
  std::optional<std::string> output;
  std::string x = "step";
  std::int64_t max = 8, height = 16;
};

void declare(Args& args, Options& o) {
  args.positional(o.metric, "METRIC", "key of the metric");
  args.positional(o.runs, "RUN", Args::Many::zero_or_more, "runs to draw (default: the newest that have the metric)");
  args.option(o.output, "--output,-o", "FILE", "write FILE.svg or FILE.html instead");
  args.choice(o.x, "--x", {"step", "time"}, "what goes from left to right: the step, or seconds since the run began");
  args.option(o.max, "--max,-n", "N", "at most N runs (default 8)");
  args.option(o.height, "--height", "ROWS", "rows of the drawing in the terminal (default 16)");
}

struct Drawn {
  std::vector<Run> runs;
  std::vector<std::vector<MetricPoint>> series;
};

[[noreturn]] void fail_no_metric(const std::string& metric, const std::vector<Run>& runs) {
  std::vector<std::string> keys;
  for (const Run& run : runs) {
    for (const auto& [key, point] : run.record.metrics) keys.push_back(key);
  }
  const std::string close = nearest(metric, keys);
  throw Error(ErrorKind::not_found, fmt::format("no run has a metric `{}`", printable(metric)))
      .hint(close.empty() ? "`mlo track list` shows what there is" : fmt::format("did you mean `{}`?", close));
}

Drawn load(Workspace& workspace, const Options& o) {
  RunStore store(workspace);
  const std::vector<Run> candidates = o.runs.empty() ? store.all() : find_runs(workspace, o.runs);
  Drawn out;
  for (const Run& run : candidates) {
    if (!run.record.metrics.contains(o.metric)) continue;
    if (o.runs.empty() && out.runs.size() >= static_cast<std::size_t>(o.max)) break;
    out.series.push_back(store.series(run.record, o.metric));
    out.runs.push_back(run);
  }
  if (out.runs.empty()) fail_no_metric(o.metric, candidates);
  if (o.runs.empty()) {  // as time goes by
    std::reverse(out.runs.begin(), out.runs.end());
    std::reverse(out.series.begin(), out.series.end());
  }
  return out;
}

Chart chart_of(const Drawn& drawn, const Options& o) {
  Chart chart;
  chart.title = o.metric;
  chart.x_label = o.x == "time" ? "seconds" : "step";
  for (std::size_t i = 0; i < drawn.runs.size(); ++i) {
    ChartLine line;
    line.label = drawn.runs[i].record.name;
    for (const MetricPoint& p : drawn.series[i]) {
      const double seconds = std::chrono::duration<double>(p.time - drawn.runs[i].record.started).count();
      line.points.push_back({o.x == "time" ? seconds : static_cast<double>(p.step), p.value});
    }
    std::stable_sort(line.points.begin(), line.points.end(),
                     [](const PlotPoint& a, const PlotPoint& b) { return a.x < b.x; });
    chart.lines.push_back(std::move(line));
  }
  return chart;
}

Value to_value(const Drawn& drawn, const Options& o) {
  Value list = Value::array();
  for (std::size_t i = 0; i < drawn.runs.size(); ++i) {
    Value points = Value::array();
    for (const MetricPoint& p : drawn.series[i])
      points.push(Value::object().set("step", p.step).set("value", p.value).set("time", format_utc(p.time)));
    list.push(Value::object()
                  .set("id", drawn.runs[i].record.id)
                  .set("name", drawn.runs[i].record.name)
                  .set("points", std::move(points)));
  }
  return Value::object().set("metric", o.metric).set("runs", std::move(list));
}

void to_page(Page& page, const Chart& chart, const Options& o) {
  static constexpr Style kStyles[] = {Style::name, Style::good, Style::warn, Style::bad, Style::number, Style::bold};
  // Without colour, dots of several runs look the same.
  const bool fine = page.utf8() && (page.colour() || chart.lines.size() == 1);
  page.line({{chart.title, Style::bold}});
  const int width = page.width() > 0 ? std::min(page.width(), 120) : 80;
  for (const auto& line : chart_text(chart, width, static_cast<int>(o.height),
                                     fine ? ChartMarks::braille : ChartMarks::letters, page.utf8())) {
    std::vector<Table::Cell> cells;
    for (const ChartPiece& piece : line) {
      cells.push_back({piece.text, piece.series < 0
                                       ? Style::plain
                                       : kStyles[static_cast<std::size_t>(piece.series) % std::size(kStyles)]});
    }
    page.line(cells);
  }
}

int run(Context& ctx, const Options& o) {
  if (o.max < 1 || o.height < 5 || o.height > 200)
    throw Error(ErrorKind::usage, "`--max` is at least 1, `--height` between 5 and 200");
  const bool html = o.output && o.output->ends_with(".html");
  if (o.output && !html && !o.output->ends_with(".svg")) {
    throw Error(ErrorKind::usage, fmt::format("cannot write `{}`: name a .svg or .html file", printable(*o.output)));
  }
  recover_runs(ctx.workspace());
  const Drawn drawn = load(ctx.workspace(), o);
  const Chart chart = chart_of(drawn, o);
  if (o.output)
    write_file(absolute_in(ctx.world().cwd, fs::path(*o.output)), html ? chart_html(chart) : chart_svg(chart));
  ctx.print(
      [&] {
        Value out = to_value(drawn, o);
        return o.output ? out.set("file", *o.output) : out;
      },
      [&](Page& page) {
        if (o.output)
          page.line(fmt::format("wrote {}", *o.output));
        else
          to_page(page, chart, o);
      });
  return exit_code::ok;
}

}  // namespace

Command track_plot() {
  CommandInfo info;
  info.path = "track plot";
  info.summary = "draw a metric of one or more runs";
  info.description =
      "Draws lines over the steps; where every run has a single value, bars. In the terminal with colour and UTF-8 as "
      "fine dots, else "
      "with one letter a run. With `-o` it writes an image or a page that needs nothing else and follows the light or "
      "dark scheme "
      "of who looks at it.";
  info.examples = {{"mlo track plot loss", "the newest runs that have it"},
                   {"mlo track plot auc brave-otter calm-fox -o auc.svg", "two runs, as an image"},
                   {"mlo track plot loss --x time -o loss.html", "over the time, as a page"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

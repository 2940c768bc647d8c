#include "cli/commands/run_page.hpp"

#include <limits>
#include <numeric>

#include "cli/terminal.hpp"
#include "lib/runs/compare.hpp"
#include "lib/runs/run_message.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

Value strings(const std::map<std::string, std::string>& map) {
  Value out = Value::object();
  for (const auto& [key, value] : map) out.set(key, value);
  return out;
}

Value artifacts(const std::vector<Artifact>& list) {
  Value out = Value::array();
  for (const Artifact& a : list) {
    out.push(Value::object()
                 .set("path", a.path)
                 .set("id", a.id.str())
                 .set("directory", a.directory)
                 .set("bytes", a.bytes)
                 .set("files", a.files)
                 .set("stored", a.cached));
  }
  return out;
}

Value or_null(const std::optional<std::string>& text) { return text ? Value(*text) : Value(); }
/// With every field, so that scripts need not ask which there are.
Value bounds(const BoundsRecord& bounds) {
  Value used = Value::object(), gpus = Value::array();
  for (const char* const name : {"disk", "log", "mem", "processes"}) {
    const auto found = bounds.used.find(name);
    used.set(name, found == bounds.used.end() ? 0 : found->second);
  }
  for (const std::string& gpu : bounds.gpus) gpus.push(gpu);
  return Value::object()
      .set("held_by", bounds.held_by)
      .set("allowed", strings(bounds.allowed))
      .set("used", std::move(used))
      .set("gpus", std::move(gpus))
      .set("stopped", bounds.stopped);
}

/// With every field.
Value trace(const TraceRecord& trace) {
  Value reads = Value::array(), writes = Value::array();
  for (const std::string& path : trace.reads) reads.push(path);
  for (const std::string& path : trace.writes) writes.push(path);
  return Value::object()
      .set("method", trace.method)
      .set("complete", trace.complete())
      .set("reason", trace.reason)
      .set("reads", std::move(reads))
      .set("writes", std::move(writes))
      .set("more", trace.more);
}

std::optional<std::string> text_of_digest(const std::optional<Digest>& id) {
  return id ? std::optional(id->str()) : std::nullopt;
}

}  // namespace

Value run_value(const Run& run) {
  const RunRecord& r = run.record;
  Value metrics = Value::object(), command = Value::array();
  for (const auto& [key, point] : r.metrics) {
    metrics.set(key,
                Value::object().set("value", point.value).set("step", point.step).set("time", format_utc(point.time)));
  }
  for (const std::string& word : r.command) command.push(word);
  Value out = Value::object();
  out.set("id", r.id)
      .set("name", r.name)
      .set("experiment", r.experiment)
      .set("user", r.user)
      .set("status", to_string(r.status))
      .set("exit_code", r.exit_code);
  if (!r.parent.empty()) out.set("parent", r.parent).set("stage", r.stage);
  out.set("started", format_utc(r.started))
      .set("ended", r.status == RunStatus::running ? Value() : Value(format_utc(r.ended)));
  out.set("command", std::move(command))
      .set("note", run.note)
      .set("deleted", run.deleted)
      .set("commit", run.commit.empty() ? Value() : Value(run.commit));
  out.set("metrics", std::move(metrics))
      .set("params", r.params)
      .set("tags", strings(r.tags))
      .set("datasets", strings(r.datasets));
  out.set("inputs", artifacts(r.inputs)).set("outputs", artifacts(r.outputs)).set("artifacts", artifacts(r.artifacts));
  out.set("code", Value::object()
                      .set("commit", r.code.commit)
                      .set("branch", r.code.branch)
                      .set("dirty", r.code.dirty)
                      .set("tree", or_null(text_of_digest(r.code.tree))));
  out.set("environment", strings(r.environment.facts));
  out.set("usage", Value::object()
                       .set("wall_seconds", r.usage.wall_seconds)
                       .set("user_seconds", r.usage.user_seconds)
                       .set("system_seconds", r.usage.system_seconds)
                       .set("max_rss_bytes", r.usage.max_rss_bytes));
  if (r.bounds) out.set("bounds", bounds(*r.bounds));
  if (r.trace) out.set("trace", trace(*r.trace));
  out.set("cached_from", or_null(r.cached_from))
      .set("log", or_null(text_of_digest(r.log)))
      .set("series", or_null(text_of_digest(r.series)));
  return out;
}

Value runs_value(const std::vector<Run>& runs) {
  Value out = Value::array();
  for (const Run& run : runs) out.push(run_value(run));
  return out;
}

Style status_style(RunStatus status) {
  switch (status) {
    case RunStatus::finished:
      return Style::good;
    case RunStatus::cached:
      return Style::dim;
    case RunStatus::running:
      return Style::name;
    case RunStatus::failed:
      return Style::bad;
    case RunStatus::killed:
      return Style::warn;
  }
  return Style::plain;
}

std::string format_age(UtcTime then, UtcTime now) {
  const std::int64_t seconds = std::max<std::int64_t>(0, (now - then).count() / 1'000'000);
  if (seconds < 60) return fmt::format("{} s ago", seconds);
  if (seconds < 3600) return fmt::format("{} min ago", seconds / 60);
  if (seconds < 86'400) return fmt::format("{} h ago", seconds / 3600);
  if (seconds < 14 * 86'400) return fmt::format("{} d ago", seconds / 86'400);
  return format_utc_short(then).substr(0, 10);
}

std::string brief_fact(const std::string& value) {
  const std::size_t blank = std::min(value.find(' '), value.size());
  const auto digest = Digest::parse(value.substr(0, blank));
  if (!digest) return value;
  if (blank == value.size()) return digest->brief();
  return fmt::format("{} ({})", value.substr(blank + 1), digest->hex().substr(0, 12));
}

std::string short_id(const std::string& id) { return id.substr(0, 12); }

namespace {

/// A column of figures beside the runs.
struct FactColumn {
  std::string key;
  bool metric = false;
  std::vector<std::string> cells;
  bool shown = false;

  int width() const {
    int widest = display_width(key);
    for (const std::string& cell : cells) widest = std::max(widest, display_width(cell));
    return widest;
  }
};

FactColumn metric_column(const std::vector<Run>& runs, const std::string& key) {
  FactColumn out{.key = key, .metric = true, .cells = {}};
  for (const Run& run : runs) {
    const auto found = run.record.metrics.find(key);
    out.cells.push_back(found == run.record.metrics.end() ? "-" : format_metric(found->second.value));
  }
  return out;
}

FactColumn param_column(const std::vector<Run>& runs, const std::string& key) {
  FactColumn out{.key = key, .cells = {}};
  for (const Run& run : runs) {
    const Value* const value = run.record.params.find(key);
    out.cells.push_back(value == nullptr ? "-" : display(*value));
  }
  return out;
}

/// Metrics, then parameters. They are let in by turns, as long as there is room.
std::vector<FactColumn> fact_columns(const std::vector<Run>& runs, int room) {
  constexpr std::size_t kMost = 4;
  std::vector<FactColumn> out;
  for (const std::string& key : telling_metrics(runs, kMost)) out.push_back(metric_column(runs, key));
  const std::size_t metrics = out.size();
  for (const std::string& key : varying_params(runs, kMost)) out.push_back(param_column(runs, key));
  const auto let_in = [&](std::size_t i) {
    const int width = out[i].width() + 2;
    out[i].shown = width <= room;
    if (out[i].shown) room -= width;
  };
  for (std::size_t turn = 0; turn < kMost; ++turn) {
    if (turn < metrics) let_in(turn);
    if (metrics + turn < out.size()) let_in(metrics + turn);
  }
  return out;
}

}  // namespace

void print_runs(Page& page, const std::vector<Run>& runs, UtcTime now) {
  Table table;
  table.columns = {{"name"}, {"id", Align::left, Fit::whole}, {"status", Align::left, Fit::whole}, {"started"}};
  std::vector<int> widths = {4, 2, 6, 7};
  for (const Run& run : runs) {
    const RunRecord& r = run.record;
    table.rows.push_back({{r.stage.empty() ? r.name : fmt::format("{} ({})", r.name, r.stage), Style::name},
                          {short_id(r.id), Style::dim},
                          {run.deleted ? "deleted" : std::string(to_string(r.status)),
                           run.deleted ? Style::dim : status_style(r.status)},
                          {format_age(r.started, now)}});
    for (std::size_t i = 0; i < widths.size(); ++i)
      widths[i] = std::max(widths[i], display_width(table.rows.back()[i].text));
  }
  const int taken = std::accumulate(widths.begin(), widths.end(), 6);
  std::vector<std::string> hidden;
  for (const FactColumn& fact :
       fact_columns(runs, page.width() > 0 ? page.width() - taken : std::numeric_limits<int>::max())) {
    if (!fact.shown) {
      hidden.push_back(fact.key);
      continue;
    }
    table.columns.push_back({fact.key, fact.metric ? Align::right : Align::left, Fit::whole, Title::name});
    for (std::size_t i = 0; i < runs.size(); ++i)
      table.rows[i].push_back({fact.cells[i], fact.metric ? Style::number : Style::plain});
  }
  page.table(table);
  if (!hidden.empty())
    page.line({{fmt::format("no room for {}; `mlo track compare` shows them", join(hidden, ", ")), Style::dim}});
}

std::vector<Run> find_runs(Workspace& workspace, const std::vector<std::string>& words) {
  RunStore store(workspace);
  std::vector<Run> out;
  for (const std::string& word : words) {
    Run run = store.find(word);
    if (std::none_of(out.begin(), out.end(), [&](const Run& other) { return other.record.id == run.record.id; }))
      out.push_back(std::move(run));
  }
  return out;
}

std::pair<std::string, std::string> split_assignment(const std::string& word, std::string_view what) {
  int depth = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    depth += word[i] == '[' ? 1 : word[i] == ']' ? -1 : 0;
    if (word[i] == '=' && depth <= 0 && i > 0) return {word.substr(0, i), word.substr(i + 1)};
  }
  throw Error(ErrorKind::usage, fmt::format("`{}` is not KEY=VALUE", printable(word)))
      .hint(fmt::format("for example: mlo track {}", what));
}

}  // namespace mlo::cli

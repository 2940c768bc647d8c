#include "cli/command.hpp"
#include "cli/commands/run_page.hpp"
#include "cli/exit_code.hpp"
#include "lib/runs/artifact.hpp"
#include "lib/runs/event_log.hpp"
#include "lib/runs/live_dir.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string kind;
  std::vector<std::string> items;
  std::int64_t step = 0;
  std::optional<std::string> name;
};

void declare(Args& args, Options& o) {
  args.positional(o.kind, "KIND", "metric, param, tag or artifact");
  args.positional(o.items, "ITEM", Args::Many::one_or_more, "KEY=VALUE, or the PATH of an artifact");
  args.option(o.step, "--step", "N", "step of the metrics (default 0)");
  args.option(o.name, "--name", "NAME", "what to call the artifact (default: its path)");
}

/// A parameter as people type it: a whole number, a number, true or false, else text.
Value read_scalar(const std::string& text) {
  if (text == "true" || text == "false") return Value(text == "true");
  if (const auto whole = parse_i64(text)) return Value(*whole);
  if (const auto number = parse_double(text)) return Value(*number);
  return Value(text);
}

RunEvent metric_event(const std::string& item, const Options& o, UtcTime now) {
  auto [key, text] = split_assignment(item, "log metric auc=0.84 --step 10");
  const auto value = parse_double(std::string_view(text).substr(text.starts_with('+') ? 1 : 0));
  if (!value)
    throw Error(ErrorKind::usage, fmt::format("metric `{}` is not a number: `{}`", printable(key), printable(text)));
  return MetricEvent{std::move(key), *value, o.step, now};
}

RunEvent artifact_event(Context& ctx, const std::string& item, const Options& o) {
  const fs::path path = absolute_in(ctx.world().cwd, fs::path(item));
  std::string name = o.name.value_or("");
  if (name.empty()) name = relative_to(ctx.workspace().root(), path).value_or(path.filename().string());
  return ArtifactEvent{store_artifact(ctx.workspace().store(), path, std::move(name))};
}

int run(Context& ctx, const Options& o) {
  const fs::path dir = live_run_dir(ctx.world().env, ctx.world().cwd);
  const UtcTime now = ctx.world().clock.now();
  if (o.name && (o.kind != "artifact" || o.items.size() != 1))
    throw Error(ErrorKind::usage, "`--name` goes with one artifact");
  std::vector<RunEvent> events;
  for (const std::string& item : o.items) {
    if (o.kind == "metric") {
      events.push_back(metric_event(item, o, now));
    } else if (o.kind == "param") {
      auto [key, value] = split_assignment(item, "log param lr=0.1");
      events.emplace_back(ParamEvent{std::move(key), read_scalar(value)});
    } else if (o.kind == "tag") {
      auto [key, value] = split_assignment(item, "log tag team=flights");
      events.emplace_back(TagEvent{std::move(key), std::move(value)});
    } else if (o.kind == "artifact") {
      events.push_back(artifact_event(ctx, item, o));
    } else {
      throw Error(ErrorKind::usage, fmt::format("cannot log a `{}`", printable(o.kind)))
          .hint("mlo track log metric|param|tag|artifact ..");
    }
  }
  append_events(dir, events);
  return exit_code::ok;
}

}  // namespace

Command track_log() {
  CommandInfo info;
  info.path = "track log";
  info.summary = "log a metric, parameter, tag or artifact from inside a run";
  info.description =
      "Appends to the log of the run it is called in: `mlo run` sets MLO_RUN and MLO_RUN_DIR for what it starts. Any "
      "number of "
      "processes may log at once.\n\n"
      "A metric keeps every point; the record shows the one with the highest step. Keys have letters, digits, `_ - . "
      ":` and "
      "space, `/` to nest, and `[slice=value]` at the end. An artifact is a file or directory; its bytes go to the "
      "store.\n\n"
      "A program can also append JSON lines such as {\"step\": 10, \"loss\": 0.31} to the file named in MLO_METRICS.";
  info.examples = {{"mlo track log metric loss=0.31 auc=0.84 --step 10", "two metrics at one step"},
                   {"mlo track log metric 'recall[carrier=AA]=0.71'", "a metric of one slice"},
                   {"mlo track log param lr=0.1 model=gbt", "what the run was given"},
                   {"mlo track log artifact plots/roc.png", "keep a file with the run"}};
  info.json = false;
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

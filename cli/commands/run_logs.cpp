#include "cli/command.hpp"
#include "cli/stage_lines.hpp"
#include "lib/pipeline/follow_log.hpp"
#include "lib/pipeline/run_log.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::optional<std::string> run, stage;
  bool follow = false;
};

void declare(Args& args, Options& o) {
  args.positional(o.run, "RUN", "id, prefix or name; `-` or nothing: the newest run");
  args.positional(o.stage, "STAGE", "one stage of it");
  args.flag(o.follow, "--follow,-f", "go on printing what a run writes until it is over");
}

Value logs_value(const std::vector<RunLog>& logs) {
  Value list = Value::array();
  for (const RunLog& log : logs) {
    Value item = Value::object();
    item.set("run", log.record.id).set("stage", log.record.stage).set("status", to_string(log.record.status));
    list.push(std::move(item.set("stored", log.stored).set("text", log.text)));
  }
  return Value::object().set("logs", std::move(list));
}

/// One stage as it writes, several line by line behind their names.
int follow(Context& ctx, const std::string& run, const std::optional<std::string>& stage) {
  if (ctx.json()) throw Error(ErrorKind::usage, "`--follow` prints a log as it grows and has no `--json`");
  StageLines lines;
  std::set<std::string> stages;
  const auto show = [&](const std::string& of) {
    return [&ctx, of](StreamKind, std::string_view line) { ctx.print_raw(fmt::format("{} | {}\n", of, line)); };
  };
  follow_logs(ctx.workspace(), run, stage, [&](const RunRecord& of, StreamKind kind, std::string_view bytes) {
    if (stage || of.stage.empty()) return ctx.print_raw(bytes);
    stages.insert(of.stage);
    lines.add(of.stage, kind, bytes, show(of.stage));
  });
  for (const std::string& of : stages) lines.end(of, show(of));
  return 0;
}

int run(Context& ctx, const Options& o) {
  const std::string name = o.run.value_or("-") == "-" ? "" : *o.run;
  if (o.follow) return follow(ctx, name, o.stage);
  const std::vector<RunLog> logs = load_logs(ctx.workspace(), name, o.stage);
  if (ctx.json()) {
    ctx.print([&] { return logs_value(logs); }, [](Page&) {});
    return 0;
  }
  for (const RunLog& log : logs) {
    if (!log.stored)
      ctx.world().log.warn(fmt::format("the log of `{}` is not in this store",
                                       log.record.stage.empty() ? log.record.name : log.record.stage));
    std::string text = log.text;
    if (!text.empty() && text.back() != '\n') text += '\n';
    const bool title = logs.size() > 1 && !log.record.stage.empty();
    ctx.print_raw(title ? fmt::format("==> {} ({}) <==\n{}", log.record.stage, to_string(log.record.status), text)
                        : text);
  }
  return 0;
}

}  // namespace

Command run_logs() {
  return make_command<Options>({"run logs",
                                "print what a run, or one stage of it, wrote",
                                "stdout, then stderr, of each stage. A stage that came from the cache shows the log of "
                                "the run that made its result. A run that is still going on is "
                                "shown as far as it is; with `--follow` until it is over.",
                                {{"mlo run logs", "the newest run"},
                                 {"mlo run logs -f", "what the run that goes on writes, as it comes"},
                                 {"mlo run logs - train", "the newest run that has this stage"},
                                 {"mlo run logs brave-otter train", "one stage of a named run"}},
                                {}},
                               declare, run);
}

}  // namespace mlo::cli

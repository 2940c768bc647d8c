#include "cli/command.hpp"
#include "lib/pipeline/run_log.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::optional<std::string> run, stage;
};

void declare(Args& args, Options& o) {
  args.positional(o.run, "RUN", "id, prefix or name; `-` or nothing: the newest run");
  args.positional(o.stage, "STAGE", "one stage of it");
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

int run(Context& ctx, const Options& o) {
  const std::string name = o.run.value_or("-");
  const std::vector<RunLog> logs = load_logs(ctx.workspace(), name == "-" ? "" : name, o.stage);
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
                                "shown as far as it is.",
                                {{"mlo run logs", "the newest run"},
                                 {"mlo run logs - train", "the newest run that has this stage"},
                                 {"mlo run logs brave-otter train", "one stage of a named run"}},
                                {}},
                               declare, run);
}

}  // namespace mlo::cli

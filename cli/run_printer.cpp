#include "cli/run_printer.hpp"

#include "cli/plan_page.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {

void RunPrinter::begin(std::size_t, unsigned jobs) { alone_ = jobs == 1; }

void RunPrinter::started(const Stage&) {}

void RunPrinter::output(const Stage& stage, StreamKind kind, std::string_view bytes) {
  if (alone_) return ctx_.host().err(bytes);
  std::string& rest = pending_[stage.name + (kind == StreamKind::out ? "\nout" : "\nerr")];
  rest += bytes;
  std::string lines;
  std::size_t from = 0;
  for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', from)) {
    lines += fmt::format("{} | {}\n", stage.name, std::string_view(rest).substr(from, end - from));
    from = end + 1;
  }
  rest.erase(0, from);
  if (!lines.empty()) ctx_.host().err(lines);
}

void RunPrinter::flush_rest(const std::string& stage) {
  for (const char* stream : {"\nout", "\nerr"}) {
    const auto it = pending_.find(stage + stream);
    if (it == pending_.end()) continue;
    if (!it->second.empty()) ctx_.host().err(fmt::format("{} | {}\n", stage, it->second));
    pending_.erase(it);
  }
}

void RunPrinter::finished(const StageOutcome& outcome, std::size_t done, std::size_t total) {
  flush_rest(outcome.stage);
  if (ctx_.quiet() && outcome.result != StageResult::failed) return;
  std::string what;
  switch (outcome.result) {
    case StageResult::ran:
      what = fmt::format("({})", format_seconds(outcome.seconds));
      break;
    case StageResult::cached:
      what = "(cached)";
      break;
    case StageResult::up_to_date:
      what = "(unchanged)";
      break;
    case StageResult::killed:
      what = "interrupted";
      break;
    case StageResult::skipped:
      what = "skipped: " + outcome.error;
      break;
    case StageResult::failed:
      what = "failed: " + outcome.error;
      break;
  }
  ctx_.host().err(fmt::format("[{}/{}] {} {}\n", done, total, printable(outcome.stage), printable(what)));
}

Value run_value(const RunRecord& run) {
  Value out = Value::object();
  out.set("run", run.id).set("name", run.name).set("status", to_string(run.status)).set("exit_code", run.exit_code);
  return out;
}

Value report_value(const RunReport& report) {
  Value out =
      report.run
          ? run_value(*report.run)
          : Value::object().set("run", nullptr).set("name", nullptr).set("status", "up-to-date").set("exit_code", 0);
  Value stages = Value::array();
  for (const StageOutcome& outcome : report.outcomes) {
    Value item = Value::object();
    item.set("stage", outcome.stage)
        .set("result", to_string(outcome.result))
        .set("seconds", outcome.seconds)
        .set("exit_code", outcome.exit_code);
    item.set("run", outcome.run.empty() ? Value() : Value(outcome.run)).set("error", outcome.error);
    stages.push(std::move(item.set("reasons", reasons_value(outcome.reasons))));
  }
  return out.set("up_to_date", static_cast<std::uint64_t>(report.up_to_date)).set("stages", std::move(stages));
}

void print_report(const RunReport& report, Page& page) {
  if (!report.run) return page.line(report.up_to_date == 0 ? "the pipeline has no stages" : "everything is up to date");
  std::size_t counts[6] = {};
  for (const StageOutcome& outcome : report.outcomes) ++counts[static_cast<std::size_t>(outcome.result)];
  counts[static_cast<std::size_t>(StageResult::up_to_date)] += report.up_to_date;
  std::vector<std::string> parts;
  for (const StageResult result :
       {StageResult::ran, StageResult::cached, StageResult::failed, StageResult::skipped, StageResult::up_to_date}) {
    const std::size_t n = counts[static_cast<std::size_t>(result)];
    if (n > 0)
      parts.push_back(fmt::format("{} {}", n, result == StageResult::up_to_date ? "up to date" : to_string(result)));
  }
  page.line({{"run "},
             {report.run->name, Style::name},
             {fmt::format(" ({}): {}", report.run->id.substr(0, 12), join(parts, ", "))}});
  for (const StageOutcome& outcome : report.outcomes) {
    if (outcome.result == StageResult::failed)
      page.line(fmt::format("  {}: see `mlo run logs {} {}`", outcome.stage, report.run->name, outcome.stage));
  }
}

}  // namespace mlo::cli

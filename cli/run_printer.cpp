#include "cli/run_printer.hpp"

#include "cli/plan_page.hpp"
#include "lib/codec/json.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {

namespace {

constexpr std::size_t kLinesOnTerminal = 50;  ///< of more stages only the status is shown there

std::string result_text(const StageOutcome& outcome) {
  switch (outcome.result) {
    case StageResult::ran:
      return fmt::format("({})", format_seconds(outcome.seconds));
    case StageResult::cached:
      return "(cached)";
    case StageResult::up_to_date:
      return "(unchanged)";
    case StageResult::killed:
      return "interrupted";
    case StageResult::skipped:
      return "skipped: " + outcome.error;
    case StageResult::failed:
      return "failed: " + outcome.error;
  }
  return "";
}

/// What JSON can carry.
std::string text_of_line(std::string_view line) { return is_utf8(line) ? std::string(line) : printable(line); }

Value event_of(std::string_view what) { return Value::object().set("event", what); }

}  // namespace

void RunPrinter::event(Value event) {
  if (!ctx_.quiet()) ctx_.remarks().line(emit_json(event, JsonStyle::compact));
}

void RunPrinter::write(std::string_view bytes) {
  if (bytes.empty()) return;
  ctx_.remarks().raw(bytes);
  line_begun_ = bytes.back() != '\n';
}

void RunPrinter::show_status() {
  if (line_begun_ || ctx_.quiet() || going_on_.empty()) return;
  ctx_.remarks().status(printable(fmt::format("[{}/{}] {}", done_, total_, join(going_on_, ", "))));
}

void RunPrinter::waiting(const std::string& stage, const std::string& run) {
  if (ctx_.json()) return event(event_of("waiting").set("stage", stage).set("for", run));
  ctx_.remarks().line(fmt::format("waiting for {}, which is at `{}`", printable(run), printable(stage)));
}

void RunPrinter::begin(std::size_t total, unsigned jobs) {
  alone_ = jobs == 1;
  total_ = total;
  if (ctx_.json())
    event(event_of("begin")
              .set("total", static_cast<std::uint64_t>(total))
              .set("jobs", static_cast<std::uint64_t>(jobs)));
}

void RunPrinter::started(const Stage& stage) {
  if (ctx_.json()) return event(event_of("started").set("stage", stage.name));
  going_on_.push_back(stage.name);
  show_status();
}

void RunPrinter::output(const Stage& stage, StreamKind kind, std::string_view bytes) {
  if (alone_ && !ctx_.json()) return write(bytes);
  lines_.add(stage.name, kind, bytes,
             [&](StreamKind stream, std::string_view line) { show_line(stage.name, stream, line); });
}

void RunPrinter::show_line(const std::string& stage, StreamKind kind, std::string_view line) {
  if (ctx_.json()) {
    return event(event_of("output")
                     .set("stage", stage)
                     .set("stream", kind == StreamKind::out ? "stdout" : "stderr")
                     .set("line", text_of_line(line)));
  }
  write(fmt::format("{} | {}\n", stage, line));
  show_status();
}

void RunPrinter::finished(const StageOutcome& outcome, std::size_t done, std::size_t total) {
  lines_.end(outcome.stage, [&](StreamKind kind, std::string_view line) { show_line(outcome.stage, kind, line); });
  std::erase(going_on_, outcome.stage);
  done_ = done;
  if (ctx_.json()) {
    return event(event_of("finished")
                     .set("stage", outcome.stage)
                     .set("result", to_string(outcome.result))
                     .set("seconds", outcome.seconds)
                     .set("exit_code", outcome.exit_code)
                     .set("error", outcome.error)
                     .set("done", static_cast<std::uint64_t>(done))
                     .set("total", static_cast<std::uint64_t>(total)));
  }
  const bool bad = outcome.result == StageResult::failed;
  const bool many = total > kLinesOnTerminal && ctx_.host().err_is_terminal;
  if (bad || !(ctx_.quiet() || many)) {
    ctx_.remarks().line(
        fmt::format("[{}/{}] {} {}", done, total, printable(outcome.stage), printable(result_text(outcome))));
    line_begun_ = false;
  }
  show_status();
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
    Value reads = Value::array(), writes = Value::array();
    if (outcome.trace) {
      for (const std::string& path : outcome.trace->reads) reads.push(path);
      for (const std::string& path : outcome.trace->writes) writes.push(path);
    }
    item.set("undeclared_reads", std::move(reads)).set("undeclared_writes", std::move(writes));
    item.set("run", outcome.run.empty() ? Value() : Value(outcome.run)).set("error", outcome.error);
    stages.push(std::move(item.set("reasons", reasons_value(outcome.reasons))));
  }
  return out.set("up_to_date", static_cast<std::uint64_t>(report.up_to_date)).set("stages", std::move(stages));
}

std::string nothing_after(const std::vector<std::string>& from) {
  std::vector<std::string> names;
  for (const std::string& name : from) names.push_back("`" + name + "`");
  return fmt::format("nothing to run: no stage that was asked for is {} or comes after {}", join(names, " or "),
                     from.size() == 1 ? "it" : "them");
}

void print_report(const RunReport& report, const std::vector<std::string>& from, Page& page) {
  if (!report.run) {
    const bool none = report.up_to_date == 0;
    return page.line(none && !from.empty()                    ? nothing_after(from)
                     : none                                   ? "the pipeline has no stages"
                     : report.incomplete == 0                 ? "everything is up to date"
                     : report.incomplete == report.up_to_date ? "nothing to run"
                                                              : "everything else is up to date");
  }
  std::size_t counts[6] = {};
  for (const StageOutcome& outcome : report.outcomes) ++counts[static_cast<std::size_t>(outcome.result)];
  counts[static_cast<std::size_t>(StageResult::up_to_date)] += report.up_to_date - report.incomplete;
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

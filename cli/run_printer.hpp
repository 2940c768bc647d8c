#pragma once
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "cli/stage_lines.hpp"
#include "lib/pipeline/runner.hpp"

namespace mlo::cli {

/// Shows a run while it goes on, on stderr: one line for each stage that is done, on a terminal also one that says
/// which go on; the stages' own output as it is if one stage runs at a time, else line by line behind the stage's name.
/// Under
/// --json each event is one line of JSON.
class RunPrinter : public RunObserver {
 public:
  explicit RunPrinter(Context& ctx) : ctx_(ctx) {}
  void waiting(const std::string& stage, const std::string& run) override;
  void begin(std::size_t total, unsigned jobs) override;
  void started(const Stage& stage) override;
  void output(const Stage& stage, StreamKind kind, std::string_view bytes) override;
  void finished(const StageOutcome& outcome, std::size_t done, std::size_t total) override;

 private:
  void event(Value event);
  void write(std::string_view bytes);
  void show_line(const std::string& stage, StreamKind kind, std::string_view line);
  void show_status();
  Context& ctx_;
  bool alone_ = true;
  bool line_begun_ = false;  ///< by a stage's output: a status would overwrite it
  std::size_t total_ = 0, done_ = 0;
  std::vector<std::string> going_on_;  ///< in the order they started
  StageLines lines_;
};

Value run_value(const RunRecord& run);
Value report_value(const RunReport& report);
/// Says that nothing that was asked for is one of `from` or comes after them.
std::string nothing_after(const std::vector<std::string>& from);
/// `from` as the run was asked.
void print_report(const RunReport& report, const std::vector<std::string>& from, Page& page);

}  // namespace mlo::cli

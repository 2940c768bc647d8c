#pragma once
#include <map>
#include <string>

#include "cli/context.hpp"
#include "lib/pipeline/runner.hpp"

namespace mlo::cli {

/// Shows a run while it goes on, on stderr: one line for each stage that is done; the stages' own output as it is if
/// one stage runs at a time, else line by line behind the stage's name.
class RunPrinter : public RunObserver {
 public:
  explicit RunPrinter(Context& ctx) : ctx_(ctx) {}
  void begin(std::size_t total, unsigned jobs) override;
  void started(const Stage& stage) override;
  void output(const Stage& stage, StreamKind kind, std::string_view bytes) override;
  void finished(const StageOutcome& outcome, std::size_t done, std::size_t total) override;

 private:
  void flush_rest(const std::string& stage);
  Context& ctx_;
  bool alone_ = true;
  std::map<std::string, std::string> pending_;  ///< unfinished lines by stage and stream
};

Value run_value(const RunRecord& run);
Value report_value(const RunReport& report);
void print_report(const RunReport& report, Page& page);

}  // namespace mlo::cli

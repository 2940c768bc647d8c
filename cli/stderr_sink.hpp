#pragma once
#include <mutex>
#include <string>

#include "cli/host.hpp"
#include "lib/util/log.hpp"
#include "lib/util/progress.hpp"

namespace mlo::cli {

/// Remarks and progress bars on stderr, which share one line of the terminal. Thread-safe.
class StderrSink : public Log, public Progress {
 public:
  StderrSink(Host& host, bool colour) : host_(host), colour_(colour) {}
  ~StderrSink() override { clear(); }
  void set_quiet(bool quiet) { quiet_ = quiet; }
  void set_verbose(bool verbose) { verbose_ = verbose; }
  void set_colour(bool colour) { colour_ = colour; }
  void set_bars(bool bars) { bars_ = bars; }

  void warn(std::string_view message) override;
  void hint(std::string_view message) override;
  void detail(std::string_view message) override;
  std::unique_ptr<ProgressTask> start(std::string label, ProgressUnit unit, std::uint64_t total) override;

  /// One line of text, above any bar.
  void line(std::string_view text);
  /// Bytes as they are, in the bar's place.
  void raw(std::string_view bytes);
  /// Stands in the bar's place on a terminal until something else is written; nothing elsewhere.
  void status(std::string_view text);
  /// `label: message`, the label in colour.
  void remark(std::string_view label, const char* code, std::string_view message);

 private:
  class Bar;
  void clear();
  /// With `mutex_` held.
  void draw(std::string_view text);
  std::string take_bar_away();

  Host& host_;
  bool colour_, quiet_ = false, verbose_ = false, bars_ = false;
  std::mutex mutex_;
  bool bar_shown_ = false;
};

}  // namespace mlo::cli

#include "cli/stderr_sink.hpp"

#include <atomic>
#include <deque>

#include "cli/terminal.hpp"
#include "lib/util/text.hpp"

namespace mlo::cli {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(300);  ///< quicker tasks never show a bar
constexpr auto kInterval = std::chrono::milliseconds(100);
/// The rate is that of the last seconds: what was there already, or the time of a lost connection, says nothing of what
/// is to come.
constexpr auto kSample = std::chrono::seconds(1);
constexpr std::size_t kSamples = 10;

}  // namespace

class StderrSink::Bar : public ProgressTask {
 public:
  Bar(StderrSink& sink, std::string label, ProgressUnit unit, std::uint64_t total)
      : sink_(sink),
        label_(std::move(label)),
        unit_(unit),
        total_(total),
        samples_{{0, now()}},
        next_(samples_.front().time + kPatience) {}
  ~Bar() override { sink_.clear(); }

  void advance(std::uint64_t amount) override {
    const std::uint64_t done = done_.fetch_add(amount) + amount;
    if (!sink_.bars_) return;
    const auto time = now();
    auto due = next_.load();
    if (time < due || !next_.compare_exchange_strong(due, time + kInterval)) return;
    const std::lock_guard lock(sink_.mutex_);
    draw(done, rate_of(done, time));
  }

 private:
  std::chrono::nanoseconds now() const { return sink_.host_.clock->monotonic(); }
  std::string amount(double value) const {
    const auto whole = static_cast<std::uint64_t>(value);
    return unit_ == ProgressUnit::bytes ? format_bytes({whole}) : format_count(whole);
  }

  double rate_of(std::uint64_t done, std::chrono::nanoseconds time) {
    const auto [before, since] = samples_.front();
    if (time - samples_.back().time >= kSample) samples_.push_back({done, time});
    if (samples_.size() > kSamples) samples_.pop_front();
    const double seconds = std::chrono::duration<double>(time - since).count();
    return seconds > 0 && done > before ? static_cast<double>(done - before) / seconds : 0;
  }

  void draw(std::uint64_t done, double rate) {
    std::string text = fmt::format("{}  {}", label_, amount(static_cast<double>(done)));
    if (total_ > 0) {
      const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total_));
      constexpr int kWidth = 24;
      const int filled = static_cast<int>(share * kWidth);
      text = fmt::format("{}  [{:=<{}}{: <{}}] {:3.0f} %", label_, "", filled, "", kWidth - filled, share * 100);
      if (rate > 0 && done < total_)
        text += fmt::format("  {} left", format_seconds(static_cast<double>(total_ - done) / rate));
    }
    text += fmt::format("  {}/s", amount(rate));
    sink_.draw(text);
  }

  StderrSink& sink_;
  std::string label_;
  ProgressUnit unit_;
  std::uint64_t total_;
  struct Sample {
    std::uint64_t done = 0;
    std::chrono::nanoseconds time{0};
  };
  std::deque<Sample> samples_;  ///< guarded by the sink's mutex, like the line
  std::atomic<std::chrono::nanoseconds> next_;
  std::atomic<std::uint64_t> done_ = 0;
};

void StderrSink::clear() {
  const std::lock_guard lock(mutex_);
  if (bar_shown_) host_.err(take_bar_away());
}

std::string StderrSink::take_bar_away() { return std::exchange(bar_shown_, false) ? "\r\x1b[K" : ""; }

void StderrSink::draw(std::string_view text) {
  bar_shown_ = true;
  host_.err("\r\x1b[K" + cut_to(text, host_.width > 0 ? host_.width : 80, true));
}

void StderrSink::line(std::string_view text) { raw(std::string(text) + "\n"); }

void StderrSink::raw(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  host_.err(take_bar_away() + std::string(bytes));
}

void StderrSink::status(std::string_view text) {
  if (!bars_) return;
  const std::lock_guard lock(mutex_);
  draw(text);
}

void StderrSink::remark(std::string_view label, const char* code, std::string_view message) {
  line(colour_ ? fmt::format("\x1b[{}m{}:\x1b[0m {}", code, label, printable(message))
               : fmt::format("{}: {}", label, printable(message)));
}

void StderrSink::warn(std::string_view message) { remark("warning", "1;33", message); }
void StderrSink::hint(std::string_view message) {
  if (!quiet_) remark("hint", "36", message);
}
void StderrSink::detail(std::string_view message) {
  if (verbose_) line(printable(message));
}

std::unique_ptr<ProgressTask> StderrSink::start(std::string label, ProgressUnit unit, std::uint64_t total) {
  return std::make_unique<Bar>(*this, std::move(label), unit, total);
}

}  // namespace mlo::cli

#include "lib/pipeline/stage_commands.hpp"

#include <cmath>
#include <condition_variable>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

double seconds(std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; }

class CommandsRun {
 public:
  CommandsRun(StageCommands& commands, const OutputSink& sink, ResourceUsage& usage)
      : stage_(commands.stage), commands_(commands), hold_(commands.hold), sink_(sink), usage_(usage) {}

  CommandsEnd run() {
    const Retries& retries = stage_.retries;
    for (int attempt = 0;; ++attempt) {
      commands_.make_ready();
      if (run_once() || end_.result == StageResult::killed) break;
      const bool hopeful = retries.exit_codes.empty() || retries.exit_codes.contains(end_.exit_code);
      const bool late = hold_.time_left().value_or(std::chrono::milliseconds::max()).count() <= 0;
      if (attempt == retries.limit || !hopeful || late) break;
      const std::chrono::milliseconds delay = retries.delay_before(attempt + 1);
      say(fmt::format("{}; attempt {} of {}{}", end_.error, attempt + 2, retries.limit + 1,
                      delay.count() == 0 ? "" : " in " + format_seconds(seconds(delay))));
      if (!pause(delay)) break;
    }
    return std::move(end_);
  }

 private:
  void say(const std::string& line) { sink_(StreamKind::err, fmt::format("mlo: {}\n", line)); }

  /// False if the user stopped us meanwhile.
  bool pause(std::chrono::milliseconds time) {
    const World& world = commands_.world;
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    never.wait_for(lock, world.stop, time, [] { return false; });
    if (!world.stop.stop_requested()) return true;
    end_.result = StageResult::killed;
    end_.error = "interrupted";
    return false;
  }

  bool run_once() {
    end_ = {};
    for (std::size_t i = 0; i < stage_.commands.size(); ++i) {
      commands_.command.process.argv = {"/bin/sh", "-c", stage_.commands[i]};
      const std::size_t left_before = hold_.usage().left_behind;
      const SupervisedExit exit = supervise(commands_.command, commands_.world.stop, sink_);
      if (const std::size_t left = hold_.usage().left_behind - left_before; left > 0)
        say(fmt::format("ended {} that it left running", count_of(left, "process", "processes")));
      usage_.user_seconds += exit.exit.rusage.user_seconds;
      usage_.system_seconds += exit.exit.rusage.system_seconds;
      usage_.max_rss_bytes = std::max(usage_.max_rss_bytes, exit.exit.rusage.max_rss_bytes);
      if (exit.exit.code == 0 && !exit.timed_out && !exit.stopped && !exit.breach && !exit.trace_broke) continue;
      end_.result = exit.stopped ? StageResult::killed : StageResult::failed;
      end_.exit_code = (exit.breach || exit.trace_broke) && exit.exit.code == 0 ? 1 : exit.exit.code;
      end_.met = exit.breach ? exit.breach->text : "";
      end_.error = describe(exit, commands_.shown[i]);
      return false;
    }
    return true;
  }

  std::string describe(const SupervisedExit& exit, const std::string& line) const {
    if (exit.breach) return exit.breach->text;
    if (exit.timed_out) return fmt::format("timed out after {}", format_seconds(seconds(*stage_.timeout)));
    if (exit.stopped) return "interrupted";
    if (exit.trace_broke)
      return fmt::format("its trace broke: {}; `trace: off` runs it without", commands_.command.tracer->incomplete());
    return exit.exit.signal != 0 ? fmt::format("killed by signal {}: `{}`", exit.exit.signal, line)
                                 : fmt::format("exit code {}: `{}`", exit.exit.code, line);
  }

  const Stage& stage_;
  StageCommands& commands_;
  StageHold& hold_;
  const OutputSink& sink_;
  ResourceUsage& usage_;
  CommandsEnd end_;
};

}  // namespace

std::chrono::milliseconds Retries::delay_before(int nth) const {
  constexpr double kLongest = 3'600'000;
  return std::chrono::milliseconds(
      std::llround(std::min(kLongest, static_cast<double>(delay.count()) * std::pow(backoff, nth - 1))));
}

CommandsEnd run_commands(StageCommands& commands, const OutputSink& sink, ResourceUsage& usage) {
  return CommandsRun(commands, sink, usage).run();
}

}  // namespace mlo

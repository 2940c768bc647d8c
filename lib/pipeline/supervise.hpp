#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "lib/bounds/stage_hold.hpp"
#include "lib/trace/tracer.hpp"
#include "lib/util/process.hpp"

namespace mlo {

enum class StreamKind { out, err };
using OutputSink = std::function<void(StreamKind, std::string_view)>;

/// One command to see through to its end.
struct SupervisedCommand {
  ProcessSpec process;  ///< its stdout and stderr are replaced; see `sink`
  std::optional<std::chrono::milliseconds> timeout;
  std::chrono::milliseconds grace = std::chrono::seconds(5);  ///< between SIGTERM and SIGKILL
  StageHold* hold = nullptr;                                  ///< the bounds of its stage, and its grace; borrowed
  Tracer* tracer = nullptr;                                   ///< notes what it opens; borrowed
};

struct SupervisedExit {
  ProcessExit exit;
  bool timed_out = false;
  bool stopped = false;          ///< `stop` was set while it ran
  std::optional<Breach> breach;  ///< the bound that it met, if it met one
  bool trace_broke = false;      ///< it was ended because its trace could not go on
};

/// Runs the command and hands what it writes to `sink`, from this thread, as it comes. At the timeout, or once `stop`
/// is set, its process group gets SIGTERM, and SIGKILL after the grace; so it does where it meets a bound of `hold`, or
/// SIGKILL at once where the machine is at stake. With `hold` nothing that it started outlives it, whatever session or
/// group it is in; without, what its orphans write after its end is not waited for.
SupervisedExit supervise(SupervisedCommand command, const std::stop_token& stop, const OutputSink& sink);

}  // namespace mlo

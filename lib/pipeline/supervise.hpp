#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>

#include "lib/util/process.hpp"

namespace mlo {

enum class StreamKind { out, err };
using OutputSink = std::function<void(StreamKind, std::string_view)>;

/// One command to see through to its end.
struct SupervisedCommand {
  ProcessSpec process;  ///< its stdout and stderr are replaced; see `sink`
  std::optional<std::chrono::milliseconds> timeout;
  std::chrono::milliseconds grace = std::chrono::seconds(5);  ///< between SIGTERM and SIGKILL
};

struct SupervisedExit {
  ProcessExit exit;
  bool timed_out = false;
  bool stopped = false;  ///< `stop` was set while it ran
};

/// Runs the command and hands what it writes to `sink`, from this thread, as it comes. At the timeout, or once `stop`
/// is set, its process group gets SIGTERM, and SIGKILL after the grace. What its orphans write after its end is not
/// waited for.
SupervisedExit supervise(SupervisedCommand command, const std::stop_token& stop, const OutputSink& sink);

}  // namespace mlo

#pragma once
#include <set>
#include <string>
#include <vector>

#include "lib/manifest/run_record.hpp"
#include "lib/pipeline/supervise.hpp"
#include "lib/workspace/workspace.hpp"

namespace mlo {

struct TrackedCommand {
  std::vector<std::string> argv;
  std::string name;  ///< of the run; empty: made from its id
  std::string experiment = "default";
  int stdin_fd = -1;  ///< handed to the command; -1: nothing to read
};

/// Runs any command in `world.cwd` as one run of its own: code state, environment, what it logs, its output and its use
/// of the machine are recorded, also if it fails or is stopped. Hands what it writes to `sink` as it comes. Throws
/// Error{no_program} if the program does not exist; then nothing is recorded.
RunRecord run_tracked(Workspace& workspace, const TrackedCommand& command, const OutputSink& sink);

/// A record of an invocation that starts now: id, name, user, code, environment. `made`: paths that it makes itself,
/// which are not its code.
RunRecord start_record(Workspace& workspace, const std::string& name, const std::string& experiment,
                       std::vector<std::string> command, const std::set<std::string, std::less<>>& made = {});

/// An output sink that also appends what it gets to `stdout` and `stderr` in a live run's directory; a silent command
/// makes no file.
class LogTee {
 public:
  LogTee(const fs::path& run_dir, const OutputSink& sink) : dir_(run_dir), sink_(sink) {}
  void write(StreamKind kind, std::string_view bytes);
  OutputSink as_sink() {
    return [this](StreamKind kind, std::string_view bytes) { write(kind, bytes); };
  }

 private:
  fs::path dir_;
  const OutputSink& sink_;
  UniqueFd out_, err_;
};

}  // namespace mlo

#pragma once
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <stop_token>
#include <string>

#include "lib/util/clock.hpp"
#include "lib/util/environment.hpp"
#include "lib/util/random.hpp"

namespace mlo::cli {

/// The outside world, gathered once: the real one by real_host(), a fake one by tests. Nothing else in mlo reads the
/// environment, the clock, entropy or the standard streams.
struct Host {
  std::function<void(std::string_view)> out;  ///< stdout; throws Error{io} if it cannot be written (EPIPE ends quietly)
  std::function<void(std::string_view)> err;  ///< stderr; what cannot be written is dropped: nobody is left to tell
  std::function<std::string()> read_stdin;    ///< all of stdin
  std::function<std::string()> read_line;     ///< one line of stdin, for confirm
  bool out_is_terminal = false, err_is_terminal = false, in_is_terminal = false;
  int width = 0;  ///< terminal columns; 0 if stdout is not one
  Environment env;
  std::filesystem::path cwd;
  std::filesystem::path executable;  ///< this binary, for hooks and `$ORIGIN` look-ups
  Clock* clock = nullptr;            ///< borrowed, like rng
  Rng* rng = nullptr;
  std::stop_token stop;
  std::function<int()> stopped_by;  ///< the signal that set `stop`; 0 as long as there was none; may be empty
  unsigned threads = 1;
};

/// The process's own streams, environment and clock; installs the SIGINT, SIGTERM and SIGHUP handler behind
/// `stop`, ignores SIGPIPE.
Host real_host();

}  // namespace mlo::cli

#pragma once
#include <filesystem>
#include <stop_token>

#include "lib/util/clock.hpp"
#include "lib/util/environment.hpp"
#include "lib/util/log.hpp"
#include "lib/util/progress.hpp"
#include "lib/util/random.hpp"

namespace mlo {

/// Everything lib may know of the outside, borrowed from the caller for the time of one command.
struct World {
  Clock& clock;
  Rng& rng;
  const Environment& env;
  Log& log;
  Progress& progress;
  std::stop_token stop;       ///< set by Ctrl-C; long loops look at it and throw Error{interrupted}
  unsigned threads = 1;       ///< how many worker threads to use, at least 1
  std::filesystem::path cwd;  ///< absolute
};

/// Throws Error{interrupted} once the user asked to stop.
void check_stop(const World& world);

}  // namespace mlo

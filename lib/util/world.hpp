#pragma once
#include <filesystem>
#include <stop_token>
#include <utility>

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

/// Sleeps so long, but not longer than the user lets us: then Error{interrupted}.
void pause(const World& world, std::chrono::nanoseconds time);

/// While it lives the user's wish to stop is not heard: for the few writes that record what was stopped.
class WithoutStop {
 public:
  explicit WithoutStop(World& world) : world_(world), stop_(std::exchange(world.stop, {})) {}
  WithoutStop(const WithoutStop&) = delete;
  ~WithoutStop() { world_.stop = stop_; }

 private:
  World& world_;
  std::stop_token stop_;
};

}  // namespace mlo

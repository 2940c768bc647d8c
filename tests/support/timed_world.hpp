#pragma once
#include "tests/support/test_world.hpp"

namespace mlo::test {

/// `now` is a world in which only who sleeps takes time.
struct TimedWorld : TestWorld {
  StandingClock time;
  World now{time, rng, env, log, progress, stop.get_token(), 2, dir.path()};
};

}  // namespace mlo::test

#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "lib/util/world.hpp"

namespace mlo {

/// What to time. With requests, one process gets them line by line, in turn and again from the first, and a line back
/// is an answer; without, each sample is one process from its start to its end.
struct LatencyProbe {
  std::string command;  ///< for /bin/sh
  std::vector<std::string> requests;
  std::uint64_t warmup = 10, samples = 100;
  std::chrono::milliseconds timeout = std::chrono::seconds(10);  ///< for one answer
};

/// Milliseconds of each sample, warm-up left out. The command runs in `world.cwd`. Error{error} in one line if it
/// fails, ends early or does not answer in time; Error{interrupted}.
std::vector<double> measure_latency(const LatencyProbe& probe, World& world);

}  // namespace mlo

#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "lib/bounds/resources.hpp"
#include "lib/util/world.hpp"

namespace mlo {

/// What `limits` of the configuration says.
struct BoundsConfig {
  Resources defaults;             ///< of a stage that says nothing
  Resources machine;              ///< cpu, mem, gpu: what all mlo processes of the machine share
  Resources user;                 ///< cpu, mem, gpu: the most of it that one user has at a time
  std::vector<std::string> gpus;  ///< as CUDA_VISIBLE_DEVICES names them; empty: what the machine says
  std::int64_t nice = 5;          ///< added to the niceness of stages
  std::chrono::milliseconds grace = std::chrono::seconds(5);  ///< between SIGTERM and SIGKILL
  std::string leases;                                         ///< directory; empty: the machine's
  bool operator==(const BoundsConfig&) const = default;
};

/// Lays the mapping `limits` over `config`. Error{invalid} with file:line:column. `leases` and `gpus` say where a
/// machine writes and what it has: Error{invalid} if `committed`.
void read_bounds(const Value& value, std::string_view source, bool committed, BoundsConfig& config);

/// What the machine has, as far as this process may use it.
struct Machine {
  std::uint64_t cpus = 1;
  std::uint64_t memory = 0;     ///< bytes; of the container, if that has less
  std::uint64_t processes = 0;  ///< that one stage may have unless it says more
};
Machine this_machine();

/// The graphics processors: `configured`, else those in CUDA_VISIBLE_DEVICES of `env`, else what the NVIDIA driver or
/// `nvidia-smi` names.
std::vector<std::string> find_gpus(const std::vector<std::string>& configured, const Environment& env);

/// What a stage is held to and what it takes from the machine's budget while it runs.
struct Limits {
  Resources asked;                  ///< what the stage or the configuration says
  std::uint64_t mem = kUnlimited;   ///< bytes
  std::uint64_t time = kUnlimited;  ///< milliseconds, all commands and attempts together
  std::uint64_t disk = kUnlimited;  ///< bytes that its outputs take, and each file it writes
  std::uint64_t spare_disk = 0;     ///< bytes that stay free on the disk; 0: none
  std::uint64_t log = kUnlimited;   ///< bytes
  std::uint64_t processes = kUnlimited;
  std::uint64_t cpu_share = 0;  ///< thousandths, of the budget
  std::uint64_t mem_share = 0;  ///< bytes, of the budget
  std::uint64_t gpus = 0;       ///< to lease
};

/// The budget: what `config` says, else all processors and nine tenths of the memory.
struct Budget {
  std::uint64_t cpu = 0;  ///< thousandths
  std::uint64_t mem = 0;  ///< bytes
  std::vector<std::string> gpus;
  Resources user;
};

/// Fills in what neither the stage nor the configuration says. `jobs` stages of one invocation fit side by side: one
/// that does not say `cpu` takes a processor, or its part where there are more jobs than processors; one that does not
/// say `mem` takes the same part of the memory and may use all of the budget; one that does not say `gpu` sees what its
/// caller sees. Seven days, 1 GiB of log, and as much disk as leaves a hundredth of it (at most 256 MiB) free.
Limits limits_of(const Resources& stage, const BoundsConfig& config, const Machine& machine, const Budget& budget,
                 unsigned jobs);

}  // namespace mlo

#pragma once
#include <time.h>

#include "lib/remote/remote.hpp"
#include "tests/support/test_world.hpp"

// Remotes of every kind that stand ready on this machine. A new kind gets one line in `places`.
namespace mlo::contract {

/// Servers want requests of today.
class RealClock : public test::TestClock {
 public:
  UtcTime now() override { return UtcTime::from_seconds(::time(nullptr)); }
};

/// The outside of all remotes here.
struct Outside : test::TestWorld {
  std::uint64_t bytes_per_second = 0;  ///< of remotes that are opened from now on
  RealClock real;
  World now{real, rng, env, log, progress, stop.get_token(), 2, dir.path()};
};

using Open = std::function<std::unique_ptr<Remote>()>;

/// A kind of remote that stands ready on this machine: `open_in` leads to a fresh place of its own for each directory.
struct Stand {
  std::string_view kind;
  std::string what;
  std::function<Open(Outside&, const fs::path&)> open_in;
};

std::vector<Stand> places();
Open open_url(Outside& out, const fs::path& dir, RemoteConfig config);
/// Says that a server is not installed; where all must be, it fails the test.
void miss(std::string_view program);
ErrorKind kind_of(const std::function<void()>& action);

}  // namespace mlo::contract

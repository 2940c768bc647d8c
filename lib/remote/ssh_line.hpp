#pragma once
#include <memory>
#include <mutex>

#include "lib/remote/ssh_connection.hpp"
#include "lib/util/backoff.hpp"

namespace mlo {

/// A connection that is made anew when it is lost. What was asked of it meanwhile is asked again, after pauses that
/// grow and a bounded number of times each, so all that is asked must bear being done twice. Where another attempt
/// cannot help (a key that is refused, no mlo at the other end) there is none. Safe from any thread.
class SshLine {
 public:
  /// As SshConnection.
  SshLine(const World& world, std::vector<std::string> argv, std::string host, Throttle& in, Throttle& out)
      : world_(world), argv_(std::move(argv)), host_(std::move(host)), in_(in), out_(out) {}

  /// Calls `action(connection, number)` until it returns; the number is another one for each connection.
  template <class Action>
  auto run(const Action& action) {
    for (unsigned attempt = 1;; ++attempt) {
      const Current current = connection();
      try {
        return action(*current.connection, current.number);
      } catch (const Error& error) {
        if (attempt == kAttempts || !current.connection->may_return()) throw;
        give_up(current, attempt, error);
      }
    }
  }

 private:
  struct Current {
    std::shared_ptr<SshConnection> connection;  ///< of all whose requests it has
    unsigned number = 0;
  };
  Current connection();
  /// Waits for a better time.
  void give_up(const Current& lost, unsigned attempts, const Error& error);

  const World& world_;
  const std::vector<std::string> argv_;
  const std::string host_;
  Throttle &in_, &out_;
  std::mutex mutex_;
  Current current_;
};

}  // namespace mlo

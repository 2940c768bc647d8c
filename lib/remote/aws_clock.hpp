#pragma once
#include <atomic>

#include "lib/net/http.hpp"
#include "lib/util/clock.hpp"

namespace mlo {

/// The time as AWS has it: this machine's, set right by what a service said when it refused a signature for its time.
/// Safe from any thread.
class AwsClock {
 public:
  /// Borrows `clock`.
  explicit AwsClock(Clock& clock) : clock_(clock) {}
  UtcTime now() const { return clock_.now() + std::chrono::microseconds(offset_.load()); }
  /// Takes the time of an answer that refused what was signed as of `signed_at`. False if the time was not what was
  /// wrong with it: then asking again is of no use.
  bool learn(const net::HttpResponse& refused, UtcTime signed_at);

 private:
  Clock& clock_;
  std::atomic<std::int64_t> offset_ = 0;  ///< microseconds
};

/// "Fri, 24 May 2013 00:00:00 GMT"; nothing if it is not written so.
std::optional<UtcTime> parse_http_date(std::string_view text);

}  // namespace mlo

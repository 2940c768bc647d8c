#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/util/backoff.hpp"
#include "lib/util/error.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/world.hpp"

namespace mlo::net {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// What is sent: borrowed bytes, or a part of an open file.
struct HttpBody {
  std::string_view bytes = {};
  int fd = -1;  ///< if not -1, then instead of `bytes`
  std::uint64_t offset = 0, size = 0;
  Moved moved = {};  ///< told of what was sent, once for each byte
  std::uint64_t length() const { return fd < 0 ? bytes.size() : size; }
};

/// Where the bytes of a 200 or 206 answer go: written to a descriptor from `position` on.
struct HttpTarget {
  int fd = -1;
  std::uint64_t position = 0;
  fs::path path = {};  ///< for errors
  Moved moved = {};    ///< told of what was written, once for each byte
};

struct HttpRange {
  std::uint64_t offset = 0, size = 0;
};

struct HttpRequest {
  std::string method = "GET";  ///< GET, HEAD, PUT, POST or DELETE
  std::string url = {};
  Headers headers = {};
  HttpBody body = {};
  std::optional<HttpRange> range = {};    ///< of a GET
  std::optional<HttpTarget> target = {};  ///< of a GET; else the answer's body is in HttpResponse
  /// Headers that must be made anew for each attempt, such as a signature with its time.
  std::function<Headers()> sign = {};
  bool follow = false;          ///< redirects of GET and HEAD; for requests without credentials
  bool retry_conflict = false;  ///< 409 passes, try again
};

struct HttpResponse {
  int status = 0;
  Headers headers = {};  ///< names in lower case
  std::string body = {};
  std::optional<std::string_view> header(std::string_view lower_case_name) const;
};

struct HttpOptions {
  fs::path ca_file = {};               ///< trusted instead of the system's certificate authorities
  fs::path netrc = {};                 ///< where names and passwords of hosts are looked up
  unsigned connections = 8;            ///< at most so many requests at once; more wait
  std::uint64_t bytes_per_second = 0;  ///< of all connections together, each way; 0: no limit
  unsigned attempts = kAttempts;
  std::chrono::milliseconds first_delay =
      kFirstDelay;  ///< before the second attempt; then twice as much each time, at random
  std::chrono::seconds connect_timeout{15};
  std::chrono::seconds stall_timeout{60};  ///< a transfer slower than a byte a second for so long has failed
};

/// Whether the other side failed, in whatever way.
inline bool is_remote_failure(ErrorKind kind) { return kind == ErrorKind::remote || kind == ErrorKind::unsupported; }

class HandlePool;

/// HTTP/1.1 by libcurl, which is opened when a client is made. Keeps connections for the next request. Takes proxies
/// from `world.env` as curl does. Safe from any thread.
class HttpClient {
 public:
  /// Borrows `world`.
  HttpClient(const World& world, HttpOptions options);
  ~HttpClient();

  /// The answer, whatever its status. Attempts that failed (no connection, cut off, 408, 429, 500, 502, 503, 504) are
  /// repeated; a download into a target goes on where it was cut. Error{remote} if there was no whole answer;
  /// Error{unsupported} if the server knows no ranges; Error{interrupted} as soon as the user wants to stop.
  HttpResponse send(const HttpRequest& request);

 private:
  std::unique_ptr<HandlePool> pool_;
};

}  // namespace mlo::net

#pragma once
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "lib/remote/wire.hpp"
#include "lib/util/once.hpp"
#include "lib/util/process.hpp"
#include "lib/util/throttle.hpp"
#include "lib/util/world.hpp"

namespace mlo {

/// A program whose stdin and stdout speak mlo's protocol, started by the first request. Any number of requests are
/// under way at once. When the connection is lost all of them fail with Error{remote} that says why, and so do later
/// ones. Safe from any thread.
class SshConnection {
 public:
  /// `host` is for errors. `in` and `out` bound what comes and goes. Borrows all but the texts.
  SshConnection(const World& world, std::vector<std::string> argv, std::string host, Throttle& in, Throttle& out);
  /// Lets the other end finish, for a while.
  ~SshConnection();
  /// Whether it is lost in a way that another connection may not be: by the network, or because the program died.
  bool may_return() const;

  struct Answer {
    bool yes = false;
    std::string bytes;  ///< unless they went to a target
  };
  /// With a target: for bytes of the answer, at most `most`.
  Answer ask(wire::Kind kind, std::string_view payload, const FileTarget* target = nullptr,
             std::uint64_t most = UINT64_MAX);
  /// Sends a file whose bytes from an offset on `read` gives, up to wire::kMaxPayload; none are the end. The first
  /// offset is how many the other end has already.
  using Source = std::function<std::string_view(std::uint64_t offset)>;
  void put(const wire::Put& put, const Source& read);

 private:
  struct Request {
    const FileTarget* target = nullptr;
    std::uint64_t most = UINT64_MAX, received = 0;
    bool done = false;
    std::optional<Error> failure;
    Answer answer;
  };
  /// Registered while it lives.
  class Pending;

  void start();
  void listen();
  void hear(std::string_view bytes);
  bool is_hello(std::string& text);
  void take(const wire::Frame& frame);
  void send(std::uint32_t id, wire::Kind kind, std::string_view payload);
  /// For the end of its answer, or so many bytes of it.
  Answer wait(Request& request, std::size_t bytes = SIZE_MAX);
  struct Loss {
    Error error;
    bool may_return = false;
  };
  Loss explain(const ProcessExit& exit, const std::string& said) const;

  const World& world_;
  const std::vector<std::string> argv_;
  const std::string host_;
  Throttle &in_, &out_;
  Once started_;
  UniqueFd socket_, errors_;
  std::optional<ChildProcess> process_;
  std::thread listener_;
  std::string greeting_;  ///< the listener's, like the next one
  wire::FrameReader frames_;
  std::mutex sending_;
  mutable std::mutex mutex_;  ///< of all below
  std::condition_variable_any changed_;
  std::map<std::uint32_t, Request*> requests_;
  std::uint32_t next_ = 1;
  bool greeted_ = false;
  std::optional<Loss> lost_;
};

}  // namespace mlo

#pragma once
#include <fcntl.h>
#include <unistd.h>

#include "lib/net/http.hpp"
#include "tests/support/test_world.hpp"

namespace mlo::test {

/// A world of a network: no waiting between attempts.
inline net::HttpOptions hasty() {
  net::HttpOptions options;
  options.first_delay = std::chrono::milliseconds(1);
  options.stall_timeout = std::chrono::seconds(2);
  return options;
}

/// What its bucket opens to, and nobody else.
inline void set_keys(Environment& env) {
  env["AWS_EC2_METADATA_DISABLED"] = "true";
  env["AWS_ACCESS_KEY_ID"] = "ID";
  env["AWS_SECRET_ACCESS_KEY"] = "hidden";
}

/// tests/support/lying_server.py on a port of its own; gone with this object.
class LyingServer {
 public:
  explicit LyingServer(const std::string& page_size = "1000") {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0) throw_errno("make", "a pipe");
    const UniqueFd from(pipe[0]);
    UniqueFd to(pipe[1]);
    process_.emplace(ChildProcess::start({.argv = {"python3", "tests/support/lying_server.py", page_size},
                                          .cwd = fs::current_path(),
                                          .env = world_.env,
                                          .stdout_fd = to.get(),
                                          .stderr_fd = 2}));
    to.reset();
    char c = 0;
    while (::read(from.get(), &c, 1) == 1 && c != '\n') port_ += c;
    if (port_.empty()) throw Error(ErrorKind::error, "the lying server does not start");
  }

  std::string url(std::string_view path = "") const { return "http://127.0.0.1:" + port_ + std::string(path); }
  /// The next `times` requests of that method whose path and query match fail so; see lying_server.py.
  void lie(std::string_view method, std::string_view path, std::string_view action, int times = 1,
           std::string_view value = "null") {
    const std::string text = fmt::format(R"({{"method":"{}","path":"{}","action":"{}","times":{},"value":{}}})", method,
                                         path, action, times, value);
    client_.send({.method = "POST", .url = url("/__fault__"), .body = {.bytes = text}});
  }
  /// Method, path and telling headers of each request since the last call.
  std::string requests() { return client_.send({.url = url("/__requests__")}).body; }
  /// How many requests were under way at once, at most.
  int most() { return std::stoi(client_.send({.url = url("/__most__")}).body); }
  void put(std::string_view path, std::string_view bytes) {
    client_.send({.method = "PUT", .url = url(path), .body = {.bytes = bytes}});
    requests();
  }
  void remove(std::string_view path) {
    client_.send({.method = "DELETE", .url = url(path)});
    requests();
  }

 private:
  TestWorld world_;
  net::HttpClient client_{world_.world, hasty()};
  std::optional<ChildProcess> process_;
  std::string port_;
};

}  // namespace mlo::test

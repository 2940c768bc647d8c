#pragma once
#include "tests/support/lying_server.hpp"

namespace mlo::test {

/// tests/support/aws_server.py on a port of its own; gone with this object. Its time is that of TestClock's beginning,
/// until `setup` says another.
class AwsServer {
 public:
  AwsServer() {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0) throw_errno("make", "a pipe");
    const UniqueFd from(pipe[0]);
    UniqueFd to(pipe[1]);
    process_.emplace(ChildProcess::start({.argv = {"python3", "tests/support/aws_server.py"},
                                          .cwd = fs::current_path(),
                                          .env = world_.env,
                                          .stdout_fd = to.get(),
                                          .stderr_fd = 2}));
    to.reset();
    char c = 0;
    while (::read(from.get(), &c, 1) == 1 && c != '\n') port_ += c;
    if (port_.empty()) throw Error(ErrorKind::error, "the AWS server does not start");
    setup(R"({"now": 981173106})");
  }

  std::string url(std::string_view path = "") const { return "http://127.0.0.1:" + port_ + std::string(path); }
  /// See aws_server.py.
  void setup(std::string_view json) {
    const int status = client_.send({.method = "POST", .url = url("/__setup__"), .body = {.bytes = json}}).status;
    if (status != 204) throw Error(ErrorKind::error, "the AWS server did not understand");
  }
  /// A line for each request since the last call.
  std::string requests() { return client_.send({.url = url("/__requests__")}).body; }

 private:
  TestWorld world_;
  net::HttpClient client_{world_.world, hasty()};
  std::optional<ChildProcess> process_;
  std::string port_;
};

}  // namespace mlo::test

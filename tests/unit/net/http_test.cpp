#include "lib/net/http.hpp"

#include <fcntl.h>

#include <thread>

#include "lib/net/url.hpp"
#include "tests/support/lying_server.hpp"
#include "tests/support/test.hpp"

using namespace mlo;
using namespace mlo::net;

namespace {

/// An empty file to download into.
struct Sink {
  explicit Sink(const test::TempDir& dir)
      : path(dir / "sink"), fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {}
  HttpTarget target() const { return {.fd = fd.get(), .path = path}; }
  std::string bytes() const { return read_file(path); }
  fs::path path;
  UniqueFd fd;
};

std::string failure_of(const std::function<void()>& action, ErrorKind kind = ErrorKind::remote) {
  try {
    action();
  } catch (const Error& error) {
    CHECK(error.kind() == kind);
    return error.message();
  }
  return "nothing";
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("a URL is taken apart, and what could be misread is none", "[net]") {
  const auto url = parse_url("HTTPS://Data.Example.org:443/a%20b/c");
  REQUIRE(url);
  CHECK(url->str() == "https://data.example.org/a%20b/c");
  CHECK(parse_url("http://h:8080")->host == "h:8080");
  for (const char* bad : {"", "h", "ftp://h", "http://", "http:///x", "http://u:p@h/", "http://h/a b", "http://h/?q",
                          "http://h/#f", "http://h\n", "http://h\\x"})
    CHECK_FALSE(parse_url(bad));
  CHECK(percent_encode("a/b c+~ü", Slash::keep) == "a/b%20c%2B~%C3%BC");
  CHECK(percent_encode("a/b", Slash::encode) == "a%2Fb");
}

TEST_CASE("what is sent arrives, from memory and from a file", "[net]") {
  test::LyingServer server;
  test::TestWorld w;
  HttpClient client(w.world, test::hasty());
  CHECK(client.send({.method = "PUT", .url = server.url("/b/x"), .body = {.bytes = "hello"}}).status == 200);
  CHECK(client.send({.url = server.url("/b/x")}).body == "hello");
  w.dir.write("file", "0123456789");
  const UniqueFd fd = open_read(w.dir / "file");
  const HttpBody part{.fd = fd.get(), .offset = 2, .size = 5};
  CHECK(client.send({.method = "PUT", .url = server.url("/b/y"), .body = part}).status == 200);
  CHECK(client.send({.url = server.url("/b/y")}).body == "23456");
  CHECK(client.send({.method = "PUT", .url = server.url("/b/empty")}).status == 200);
  CHECK(client.send({.url = server.url("/b/empty")}).status == 200);
  CHECK(client.send({.method = "HEAD", .url = server.url("/b/y")}).header("content-length") == "5");
  CHECK(client.send({.url = server.url("/b/none")}).status == 404);
  CHECK(client.send({.url = server.url("/b/y"), .range = HttpRange{1, 2}}).body == "34");
}

TEST_CASE("a server that fails for a while is asked again, one that goes on failing is told of", "[net]") {
  test::LyingServer server;
  test::TestWorld w;
  HttpClient client(w.world, test::hasty());
  server.put("/b/x", "hello");
  for (const char* status : {"500", "503", "429", "408"}) {
    server.lie("GET", "/b/x", "status", 2, status);
    CHECK(client.send({.url = server.url("/b/x")}).body == "hello");
    CHECK(lines_in(server.requests()) == 3);
  }
  server.lie("GET", "/b/x", "drop", 2);
  CHECK(client.send({.url = server.url("/b/x")}).body == "hello");
  server.requests();
  server.lie("GET", "/b/x", "status", 6, "500");
  CHECK(client.send({.url = server.url("/b/x")}).status == 500);
  CHECK(lines_in(server.requests()) == 6);
  server.lie("GET", "/b/x", "status", 1, "409");
  CHECK(client.send({.url = server.url("/b/x")}).status == 409);
  server.lie("GET", "/b/x", "status", 1, "409");
  CHECK(client.send({.url = server.url("/b/x"), .retry_conflict = true}).status == 200);
  server.requests();
  server.lie("GET", "/b/x", "status", 1, "403");
  CHECK(client.send({.url = server.url("/b/x")}).status == 403);
  CHECK(lines_in(server.requests()) == 1);
}

TEST_CASE("a download that is cut goes on where it was", "[net]") {
  test::LyingServer server;
  test::TestWorld w;
  HttpClient client(w.world, test::hasty());
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += std::to_string(i);
  server.put("/b/x", bytes);
  server.lie("GET", "/b/x", "cut", 3);
  const Sink sink(w.dir);
  CHECK(client.send({.url = server.url("/b/x"), .target = sink.target()}).status == 206);
  CHECK(sink.bytes() == bytes);
  const std::string asked = server.requests();
  CHECK(lines_in(asked) == 4);
  CHECK(asked.find("range") != std::string::npos);

  server.lie("GET", "/b/x", "stall", 1, "20");
  const Sink stalled(w.dir);
  CHECK(client.send({.url = server.url("/b/x"), .target = stalled.target()}).status == 206);
  CHECK(stalled.bytes() == bytes);

  // A server that then starts anew is believed, too.
  server.lie("GET", "/b/x", "cut", 1);
  server.lie("GET", "/b/x", "whole", 1);
  const Sink whole(w.dir);
  CHECK(client.send({.url = server.url("/b/x"), .target = whole.target()}).status == 200);
  CHECK(whole.bytes() == bytes);
}

TEST_CASE("what moves is told of as it moves, and once however often it is tried", "[net]") {
  test::LyingServer server;
  test::TestWorld w;
  HttpClient client(w.world, test::hasty());
  const std::string bytes(3'000'000, 'x');
  std::uint64_t sum = 0, calls = 0;
  const auto tell = [&](std::uint64_t n) {
    sum += n;
    ++calls;
  };
  const auto put = [&] {
    sum = calls = 0;
    return client.send({.method = "PUT", .url = server.url("/b/x"), .body = {.bytes = bytes, .moved = tell}}).status;
  };
  CHECK(put() == 200);
  CHECK((sum == bytes.size() && calls > 10));
  server.lie("PUT", "/b/x", "status", 2, "503");
  CHECK(put() == 200);
  CHECK(sum == bytes.size());
  server.lie("PUT", "/b/x", "drop", 2);
  CHECK(put() == 200);
  CHECK(sum == bytes.size());
  const auto get = [&] {
    sum = calls = 0;
    const Sink sink(w.dir);
    HttpTarget target = sink.target();
    target.moved = tell;
    client.send({.url = server.url("/b/x"), .target = target});
    CHECK(sink.bytes() == bytes);
  };
  get();
  CHECK((sum == bytes.size() && calls > 10));
  server.lie("GET", "/b/x", "cut", 2);
  get();
  CHECK(sum == bytes.size());
  server.lie("GET", "/b/x", "cut", 1);
  server.lie("GET", "/b/x", "whole", 1);  // begins anew
  get();
  CHECK(sum == bytes.size());
}

TEST_CASE("who is told of bytes can end a transfer", "[net]") {
  test::LyingServer server;
  test::TestWorld w;
  HttpClient client(w.world, test::hasty());
  const std::string bytes(1'000'000, 'x');
  const Moved stop = [](std::uint64_t) { throw Error(ErrorKind::interrupted, "stopped"); };
  server.put("/b/x", bytes);
  const Sink sink(w.dir);
  HttpTarget target = sink.target();
  target.moved = stop;
  for (const HttpRequest& request :
       {HttpRequest{.url = server.url("/b/x"), .target = target},
        HttpRequest{.method = "PUT", .url = server.url("/b/y"), .body = {.bytes = bytes, .moved = stop}}}) {
    try {
      client.send(request);
      FAIL("nothing stopped");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::interrupted);
    }
  }
}

TEST_CASE("a range that is not the one asked for is an error", "[net]") {
  test::LyingServer server;
  test::TestWorld w;
  HttpClient client(w.world, test::hasty());
  server.put("/b/x", "0123456789");
  const auto get = [&] {
    const Sink sink(w.dir);
    client.send({.url = server.url("/b/x"), .range = HttpRange{2, 4}, .target = sink.target()});
    return sink.bytes();
  };
  CHECK(get() == "2345");
  server.lie("GET", "/b/x", "shift");
  CHECK(failure_of(get).find("another range") != std::string::npos);
  server.lie("GET", "/b/x", "whole");
  CHECK(failure_of(get, ErrorKind::unsupported).find("ignores `Range`") != std::string::npos);
  server.lie("GET", "/b/x", "long");
  CHECK(failure_of(get).find("more than was asked") != std::string::npos);
}

TEST_CASE("redirects are followed only when asked, and credentials go nowhere else", "[net]") {
  test::LyingServer server, other;
  test::TestWorld w;
  HttpClient client(w.world, test::hasty());
  other.put("/b/x", "there");
  const std::string there = "\"" + other.url("/b/x") + "\"";
  server.lie("GET", "/b/x", "redirect", 2, there);
  CHECK(client.send({.url = server.url("/b/x")}).status == 302);
  CHECK(client.send({.url = server.url("/b/x"), .headers = {{"Authorization", "secret"}}, .follow = true}).body ==
        "there");
  CHECK(other.requests() == "GET /b/x\n");
  server.lie("GET", "/b/x", "redirect", 1, "\"file:///etc/passwd\"");
  CHECK(failure_of([&] { client.send({.url = server.url("/b/x"), .follow = true}); }).starts_with("cannot reach"));
}

TEST_CASE("each attempt is signed anew", "[net]") {
  test::LyingServer server;
  test::TestWorld w;
  HttpClient client(w.world, test::hasty());
  server.put("/b/x", "hello");
  server.lie("GET", "/b/x", "status", 2, "503");
  int signatures = 0;
  client.send({.url = server.url("/b/x"), .sign = [&] {
                 ++signatures;
                 return Headers{{"Authorization", "mine"}};
               }});
  CHECK(signatures == 3);
}

TEST_CASE("nobody there is said in one line with a hint", "[net]") {
  test::TestWorld w;
  HttpOptions options = test::hasty();
  options.attempts = 2;
  HttpClient client(w.world, options);
  try {
    client.send({.url = "http://127.0.0.1:1/x"});
    FAIL("port 1 answers");
  } catch (const Error& error) {
    CHECK(error.message().starts_with("cannot reach `127.0.0.1:1`: "));
    CHECK_FALSE(error.hint().empty());
  }
}

TEST_CASE("the proxy of the environment is used, that of the process is not", "[net]") {
  test::LyingServer server;
  test::TestWorld w;
  server.put("/b/x", "hello");
  w.env["http_proxy"] = server.url();
  HttpClient client(w.world, test::hasty());
  client.send({.url = "http://nowhere.invalid/b/x"});
  CHECK(server.requests().find("GET http://nowhere.invalid/b/x") == 0);
  w.env["no_proxy"] = "127.0.0.1";
  CHECK(client.send({.url = server.url("/b/x")}).body == "hello");
  CHECK(server.requests() == "GET /b/x\n");
}

TEST_CASE("a wish to stop ends a transfer that stands still", "[net]") {
  test::LyingServer server;
  test::TestWorld w;
  HttpClient client(w.world, {.attempts = 100});
  server.put("/b/x", "hello");
  server.lie("GET", "/b/x", "stall", 1, "60");
  std::jthread stopper([&] {
    while (server.requests().empty()) std::this_thread::yield();
    w.stop.request_stop();
  });
  try {
    client.send({.url = server.url("/b/x")});
    FAIL("nothing stopped");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::interrupted);
  }
}

TEST_CASE("all connections together keep to one rate, and one alone has all of it", "[net]") {
  test::LyingServer server;
  test::TestWorld w;
  test::StandingClock time;
  const World now{time, w.rng, w.env, w.log, w.progress, w.stop.get_token(), 2, w.dir.path()};
  HttpOptions options = test::hasty();
  options.connections = 4;
  options.bytes_per_second = 1'000'000;
  HttpClient client(now, options);
  const std::string bytes(1'000'000, 'x');
  const auto time_of = [&](const std::function<void()>& action) {
    const auto before = time.monotonic();
    action();
    return std::chrono::duration<double>(time.monotonic() - before).count();
  };
  const auto put = [&](std::size_t i) {
    CHECK(
        client.send({.method = "PUT", .url = server.url("/b/" + std::to_string(i)), .body = {.bytes = bytes}}).status ==
        200);
  };
  const double alone = time_of([&] { put(0); });
  CHECK((alone > 0.8 && alone < 1.1));
  const double together = time_of([&] {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < 4; ++i) threads.emplace_back([&, i] { put(i); });
  });
  CHECK((together > 3.7 && together < 4.3));
  const Sink sink(w.dir);
  const double back = time_of([&] { client.send({.url = server.url("/b/0"), .target = sink.target()}); });
  CHECK((back > 0.8 && back < 1.1));
}

TEST_CASE("as many requests as connections are under way at once, and no more", "[net]") {
  for (const unsigned connections : {1U, 2U, 5U}) {
    test::LyingServer server;
    test::TestWorld w;
    HttpOptions options = test::hasty();
    options.connections = connections;
    HttpClient client(w.world, options);
    for (const char* method : {"GET", "PUT"}) server.lie(method, "/b/", "meet", 1000, std::to_string(connections));
    std::vector<std::jthread> threads;
    std::atomic<int> good = 0;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        const std::string url = server.url("/b/" + std::to_string(i));
        for (int n = 0; n < 3; ++n) {
          client.send({.method = "PUT", .url = url, .body = {.bytes = "x"}});
          good += client.send({.url = url}).body == "x" ? 1 : 0;
        }
      });
    }
    threads.clear();
    CHECK(good == 24);
    CHECK(server.most() == static_cast<int>(connections));
  }
}

#include "lib/remote/ssh.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/dir_place.hpp"
#include "lib/remote/serve.hpp"
#include "lib/remote/wire.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using wire::Kind;

namespace {

const std::string kHex(64, 'a');

Error failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::internal, "nothing failed");
}

/// A serving mlo in a thread, whose stdin and stdout are the other end of `socket`.
struct Served : test::TestWorld {
  Served() {
    fs::create_directories(dir / "far");
    dir.write("far/format", std::string(kRemoteFormat));
    dir.write("secret", "hidden");
    start();
  }
  void start() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    server = std::thread([this] {
      ended = failure_of([&] { serve_place(world, dir / "far", ends[1], ends[1]); });
      ::close(ends[1]);
    });
    CHECK(read_some().starts_with(wire::kHello));
    frames = {};
  }
  ~Served() { finish(); }
  void finish() {
    if (!server.joinable()) return;
    ::shutdown(ends[0], SHUT_WR);
    server.join();
    ::close(ends[0]);
  }
  std::string read_some() {
    std::string bytes(65536, '\0');
    const ssize_t n = ::recv(ends[0], bytes.data(), bytes.size(), 0);
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return bytes;
  }
  void say(std::uint32_t id, Kind kind, std::string_view payload) { raw(wire::encode(id, kind, payload)); }
  void raw(std::string_view bytes) { REQUIRE(::send(ends[0], bytes.data(), bytes.size(), 0) > 0); }
  wire::Frame hear() {
    for (;;) {
      if (auto frame = frames.take()) return *frame;
      const std::string bytes = read_some();
      REQUIRE_FALSE(bytes.empty());
      frames.add(bytes);
    }
  }

  int ends[2];
  std::thread server;
  Error ended{ErrorKind::internal, ""};
  wire::FrameReader frames;
};

/// What a push to a far end says that answers as the command does; it is run instead of ssh.
Error failure_with(const std::string& command) {
  test::TestWorld w;
  const RemoteConfig config{.name = "far", .url = "host:/srv/x", .ssh_command = command};
  return failure_of([&] { open_remote(w.world, config, w.dir.path())->find_missing({}); });
}

}  // namespace

TEST_CASE("a place behind ssh is a URL, or a host and a path", "[remote]") {
  CHECK(parse_ssh_url("ssh://me@nas.lab:2222/srv/x") == SshUrl{"me@nas.lab", "2222", "/srv/x"});
  CHECK(parse_ssh_url("ssh://nas/~/x") == SshUrl{"nas", "", "x"});
  CHECK(parse_ssh_url("ssh://[::1]:22/x") == SshUrl{"::1", "22", "/x"});
  CHECK(parse_ssh_url("me@nas:srv/x y") == SshUrl{"me@nas", "", "srv/x y"});
  CHECK(parse_ssh_url("nas:~/x") == SshUrl{"nas", "", "x"});
  CHECK(parse_ssh_url("[::1]:/x") == SshUrl{"::1", "", "/x"});
  for (const char* bad : {"ssh://nas", "ssh://nas/", "ssh:///x", "ssh://-oProxyCommand=x/y", "-oProxyCommand=x:y",
                          "me@-oProxyCommand=x:y", "ssh://nas:0/x", "ssh://nas:99999/x", "ssh://nas:22 -v/x", "na s:x",
                          "nas:", "@nas", "nas$(x):y", "nas:x\ny", "me@:x"}) {
    INFO(bad);
    CHECK_FALSE(parse_ssh_url(bad));
  }
  CHECK(find_remote_kind("me@nas:x")->name == "ssh");
  CHECK(find_remote_kind("./me@nas:x")->name == "dir");
  CHECK(find_remote_kind("s3://bucket/x")->name == "s3");
}

TEST_CASE("frames come through whole, however they are cut; what is no frame is refused", "[remote]") {
  const std::string bytes = wire::encode(1, Kind::data, std::string(1000, 'x')) + wire::encode(7, Kind::end, "");
  wire::FrameReader reader;
  std::vector<wire::Frame> got;
  for (const char c : bytes) {
    reader.add(std::string_view(&c, 1));
    while (auto frame = reader.take()) got.push_back(*frame);
  }
  REQUIRE(got.size() == 2);
  CHECK(got[0].payload == std::string(1000, 'x'));
  CHECK((got[1].id == 7 && got[1].kind == Kind::end));
  wire::FrameReader huge;
  huge.add(std::string_view("\xFF\xFF\xFF\x7F\x01\x00\x00\x00g", 9));
  CHECK_THROWS_AS(huge.take(), Error);
  wire::FrameReader unknown;
  unknown.add(std::string_view("\0\0\0\0\x01\0\0\0?", 9));
  CHECK_THROWS_AS(unknown.take(), Error);
}

TEST_CASE("nothing but a remote's own files can be named from afar", "[remote]") {
  for (const std::string& name : {"index/" + kHex + ".idx", "packs/" + kHex + ".pack", "objects/aa/" + kHex.substr(2),
                                  std::string("format"), std::string("check-0123456789abcdef")})
    CHECK(wire::is_name(name));
  for (const std::string& name :
       {std::string("../secret"), std::string("/etc/passwd"), std::string("objects/../../secret"), std::string(""),
        "index/../" + kHex + ".idx", "packs/" + kHex + ".pack/x", "objects/aa/" + kHex.substr(3) + "/",
        std::string("check-..////////.."), std::string("indexes"), "packs/" + kHex.substr(1) + "..pack"})
    CHECK_FALSE(wire::is_name(name));
  Served far;
  for (const auto& [kind, payload] :
       {std::pair(Kind::find, std::string("../secret")), std::pair(Kind::remove, std::string("../secret")),
        std::pair(Kind::list, std::string("../")), std::pair(Kind::get, wire::encode_get({"../secret", {}})),
        std::pair(Kind::put, wire::encode_put({"../new", Digest()})),
        std::pair(Kind::replace, wire::encode_named("../secret", "x")),
        std::pair(Kind::have, wire::encode_names({"../secret"})), std::pair(Kind::get, std::string("x")),
        std::pair(Kind::failed, std::string())}) {
    far.say(3, kind, payload);
    const wire::Frame frame = far.hear();
    CHECK((frame.id == 3 && frame.kind == Kind::failed));
    CHECK(wire::decode_error(frame.payload).kind() == ErrorKind::remote);
  }
  CHECK(read_file(far.dir / "secret") == "hidden");
  CHECK_FALSE(find_stat(far.dir / "new"));
}

TEST_CASE("what arrives is verified where it stays, and half of it never does", "[remote]") {
  Served far;
  const std::string name = "packs/" + kHex + ".pack";
  far.say(1, Kind::put, wire::encode_put({name, sha256("good"), 0}));
  far.say(1, Kind::data, "goo");
  far.say(1, Kind::data, "x");
  far.say(1, Kind::end, "");
  const wire::Frame refused = far.hear();
  CHECK((refused.kind == Kind::failed && wire::decode_error(refused.payload).kind() == ErrorKind::corrupt));
  far.say(2, Kind::put, wire::encode_put({name, sha256("good"), 0}));
  far.say(3, Kind::put, wire::encode_put({"check-0123456789abcdef", sha256("other"), 0}));
  far.say(2, Kind::data, "go");
  far.say(3, Kind::data, "other");
  far.say(2, Kind::data, "od");
  far.say(3, Kind::end, "");
  CHECK(far.hear().id == 3);
  CHECK_FALSE(find_stat(far.dir / "far" / fs::path(name)));
  far.say(2, Kind::end, "");
  CHECK(far.hear().id == 2);
  CHECK(read_file(far.dir / "far" / fs::path(name)) == "good");
  far.say(4, Kind::put, wire::encode_put({"index/" + kHex + ".idx", sha256("good"), 0}));
  far.say(4, Kind::data, "go");
  far.finish();
  CHECK(far.ended.kind() == ErrorKind::internal);
  CHECK_FALSE(find_stat(far.dir / "far/index"));
  for (const DirEntry& entry : list_dir(far.dir / "far")) CHECK_FALSE(StagingDir::owns(entry.name));
}

TEST_CASE("a far end that was left in the middle of a large object says how much of it is there", "[remote]") {
  Served far;
  const std::string bytes(std::size_t{17} << 20U, 'x');
  const wire::Put put{"objects/" + kHex.substr(0, 2) + "/" + kHex.substr(2), sha256(bytes), bytes.size()};
  const auto say_bytes = [&](std::uint32_t id, std::size_t from, std::size_t end) {
    for (; from < end; from += wire::kMaxPayload)
      far.say(id, Kind::data, std::string_view(bytes).substr(from, std::min(wire::kMaxPayload, end - from)));
  };
  const auto begin = [&](std::uint32_t id) {
    far.say(id, Kind::put, wire::encode_put(put));
    const wire::Frame answer = far.hear();
    REQUIRE((answer.id == id && answer.kind == Kind::data));
    return wire::decode_count(answer.payload);
  };
  constexpr std::size_t kHalf = std::size_t{3} << 20U;
  const fs::path half = far.dir / "far" / DirPlace::half_name(put.digest);
  CHECK(begin(1) == 0);
  say_bytes(1, 0, kHalf);
  far.finish();
  CHECK(find_stat(half)->size == kHalf);

  far.start();
  CHECK(begin(1) == kHalf);
  far.say(1, Kind::data, "damaged");
  far.say(1, Kind::end, "");
  CHECK(wire::decode_error(far.hear().payload).kind() == ErrorKind::corrupt);
  CHECK_FALSE(find_stat(half));

  CHECK(begin(2) == 0);
  say_bytes(2, 0, kHalf);
  far.finish();
  far.start();
  CHECK(begin(7) == kHalf);
  say_bytes(7, kHalf, bytes.size());
  far.say(7, Kind::end, "");
  CHECK(far.hear().payload == "1");
  CHECK(read_file(far.dir / "far" / fs::path(put.name)) == bytes);
  CHECK_FALSE(find_stat(half));
}

TEST_CASE("a serving mlo ends when it hears something else", "[remote]") {
  Served far;
  far.raw("GET / HTTP/1.1\r\n\r\n");
  far.finish();
  CHECK(far.ended.kind() == ErrorKind::remote);
}

TEST_CASE("what goes wrong at the far end is one line with a way out", "[remote]") {
  const auto says = [](const std::string& command, std::string_view message, std::string_view hint) {
    INFO(command);
    const Error error = failure_with(command);
    CHECK(error.kind() == ErrorKind::remote);
    INFO(error.message() << " / " << error.hint());
    CHECK(error.message().starts_with("remote `far`: "));
    CHECK(error.message().find(message) != std::string::npos);
    CHECK(error.hint().find(hint) != std::string::npos);
  };
  says("echo 'sh: 1: exec: mlo: not found' >&2; exit 127;", "there is no `mlo` at `host`", "far_mlo");
  says("echo 'error: unknown command `remote serve`' >&2; exit 2;", "does not serve: error: unknown command",
       "same version");
  says("echo 'welcome'; echo 'mlo remote serve 3'; exit 0;", "`mlo remote serve 3`", "same version");
  says("echo 'Host key verification failed.' >&2; exit 255;", "the key of host", "look at its key");
  says("echo 'me@host: Permission denied (publickey).' >&2; exit 255;", "Permission denied", "ssh-agent");
  says("echo 'ssh: connect to host host port 22: Connection refused' >&2; exit 255;", "cannot reach `host`",
       "must work first");
  says("printf 'mlo remote serve 2\\n'; head -c 9 >/dev/null; exit 255;", "the connection to `host` was lost",
       "try again");
  says("printf 'mlo remote serve 2\\nHTTP/1.1 400 Bad Request'; cat;", "protocol", "");
  says("printf 'mlo remote serve 2\\n'; printf '\\000\\000\\000\\000\\011\\000\\000\\000.'; cat;", "what nobody asked",
       "");
  says("head -c 100000 /dev/zero; cat;", "is not mlo", "");
}

TEST_CASE("a far end that is lost is asked again with pauses, and not for ever; one that refuses is not", "[remote]") {
  const auto asked = [](const std::string& far) {
    test::TestWorld w;
    const RemoteConfig config{.name = "far", .url = "host:/srv/x", .ssh_command = "echo >> asked; " + far};
    CHECK(failure_of([&] { open_remote(w.world, config, w.dir.path())->find_missing({}); }).kind() ==
          ErrorKind::remote);
    const std::string lines = read_file(w.dir / "asked");
    CHECK((lines.size() == 1) == (w.clock.slept().count() == 0));
    CHECK(w.clock.slept() < std::chrono::seconds(30));
    return lines.size();
  };
  CHECK(asked("printf 'mlo remote serve 2\\n'; head -c 9 >/dev/null; exit 255;") == 6);
  CHECK(asked("echo 'ssh: connect to host host port 22: Connection refused' >&2; exit 255;") == 6);
  for (const char* text : {"ssh: Could not resolve hostname host: Name or service not known",
                           "Host key verification failed.", "me@host: Permission denied (publickey)."})
    CHECK(asked(fmt::format("echo '{}' >&2; exit 255;", text)) == 1);
  CHECK(asked("exit 127;") == 1);
  CHECK(asked("echo 'error: unknown command' >&2; exit 2;") == 1);
  CHECK(asked("printf 'mlo remote serve 2\\nHTTP/1.1 400 Bad Request'; cat;") == 1);
}

TEST_CASE("a far end that comes back is gone on with", "[remote]") {
  test::TestWorld w;
  w.dir.write("answer", wire::encode(1, Kind::end, "1"));
  const RemoteConfig config{
      .name = "far",
      .url = "host:/srv/x",
      .ssh_command =
          "echo mlo remote serve 2; test -e tried || { touch tried; exit 255; }; cat answer; cat >/dev/null;"};
  const auto place = find_remote_kind(config.url)->open(w.world, config, w.dir.path());
  CHECK(place->is_empty());
  CHECK(w.clock.slept() >= std::chrono::milliseconds(150));
  CHECK(w.clock.slept() <= std::chrono::milliseconds(300));
}

TEST_CASE("what a login prints before mlo speaks is passed over", "[remote]") {
  const Error error =
      failure_with("printf 'Welcome!\\n\\nmlo remote\\nmlo remote serve 2\\n'; head -c 9 >/dev/null; exit 1;");
  CHECK(error.message().find("was lost") != std::string::npos);
}

TEST_CASE("what a repository says cannot choose the command that is run", "[remote]") {
  for (const char* key : {"ssh_command", "far_mlo"}) {
    Config config;
    const std::string text = fmt::format("mlo: config/1\nremotes:\n  o:\n    url: \"h:x\"\n    {}: evil\n", key);
    CHECK(failure_of([&] { read_config(text, "config.yaml", config); }).message().find("must not be committed") !=
          std::string::npos);
    read_config(text, "config.yaml", config, ConfigLayer::local);
  }
}

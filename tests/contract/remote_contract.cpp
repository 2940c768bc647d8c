#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/encryption.hpp"
#include "lib/remote/remote.hpp"
#include "lib/remote/transfer.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

// What every kind of remote promises. A new kind gets one line in `places`: a URL that works on this machine.
using namespace mlo;

namespace {

/// Servers want requests of today.
class RealClock : public test::TestClock {
 public:
  UtcTime now() override { return UtcTime::from_seconds(::time(nullptr)); }
};

/// The outside of all remotes here.
struct Outside : test::TestWorld {
  RealClock real;
  World now{real, rng, env, log, progress, stop.get_token(), 2, dir.path()};
};

/// A read-only remote filled through another one that leads to the same place.
class FilledFrom : public Remote {
 public:
  FilledFrom(std::unique_ptr<Remote> writer, std::unique_ptr<Remote> reader)
      : writer_(std::move(writer)), reader_(std::move(reader)) {}
  std::vector<Digest> find_missing(const std::vector<Digest>& ids) override { return reader_->find_missing(ids); }
  void put_file(const Digest& id, const fs::path& file) override { writer_->put_file(id, file); }
  void put_bytes(const Digest& id, std::string_view bytes) override { writer_->put_bytes(id, bytes); }
  void flush() override { writer_->flush(); }
  bool get(const Digest& id, int fd, const fs::path& target) override { return reader_->get(id, fd, target); }
  void init() override { writer_->init(); }
  void check() override { reader_->check(); }
  const std::string& name() const override { return reader_->name(); }

 private:
  std::unique_ptr<Remote> writer_, reader_;
};

using Open = std::function<std::unique_ptr<Remote>()>;

/// A kind of remote that stands ready on this machine: `open_in` leads to a fresh place of its own for each directory.
struct Place {
  std::string_view kind;
  std::string what;
  std::function<Open(Outside&, const fs::path&)> open_in;
};

Open open_url(Outside& out, const fs::path& dir, RemoteConfig config) {
  return [&out, dir, config = std::move(config)] { return open_remote(out.now, config, dir); };
}

/// The same place, encrypted.
Open open_sealed(Outside& out, const fs::path& dir, RemoteConfig config) {
  write_file(dir / "key", encode_remote_key(sha256("key")), Durability::cache);
  config.encryption = RemoteConfig::Encryption{.key_file = (dir / "key").string()};
  return open_url(out, dir, std::move(config));
}

/// Started by the first that asks, ended with the test run; null if it is not installed.
const test::S3Server* s3_server(test::S3Server::Make make) {
  static std::map<test::S3Server::Make, std::unique_ptr<test::S3Server>> servers;
  if (!test::find_server(test::S3Server::program_of(make))) return nullptr;
  auto& server = servers[make];
  if (!server) server = std::make_unique<test::S3Server>(make);
  return server.get();
}

void miss(std::string_view program) {
  const char* const ci = ::getenv("CI");
  const std::string line =
      fmt::format("no `{}`: its remotes are not tested; `cmake/setup.sh tests` installs it", program);
  if (ci != nullptr && std::string_view(ci) == "true") {
    FAIL_CHECK(line);
  } else {
    WARN(line);
  }
}

std::vector<Place> places() {
  std::vector<Place> out;
  for (const auto* form : {"{}/remote", "file://{}/remote2", "relative"}) {
    out.push_back({"dir", form, [form](Outside& o, const fs::path& dir) {
                     return open_url(o, dir, {"origin", fmt::format(fmt::runtime(form), dir.string())});
                   }});
  }
  out.push_back({"dir", "encrypted", [](Outside& o, const fs::path& dir) {
                   return open_sealed(o, dir, {"origin", (dir / "remote").string()});
                 }});
  for (const auto make : {test::S3Server::Make::seaweedfs, test::S3Server::Make::rclone}) {
    const test::S3Server* const server = s3_server(make);
    if (server == nullptr) {
      miss(test::S3Server::program_of(make));
      continue;
    }
    out.push_back({"s3", test::S3Server::program_of(make), [server](Outside& o, const fs::path& dir) {
                     server->allow(o.env);
                     const std::string url = "s3://bucket/some where/" + dir.filename().string();
                     return open_url(o, dir, {.name = "origin", .url = url, .endpoint = server->url()});
                   }});
    out.push_back({"s3", "encrypted", [server](Outside& o, const fs::path& dir) {
                     server->allow(o.env);
                     const std::string url = "s3://bucket/sealed/" + dir.filename().string();
                     return open_sealed(o, dir, {.name = "origin", .url = url, .endpoint = server->url()});
                   }});
  }
  if (test::find_server("sshd")) {
    static const test::SshServer server;
    const auto config = [](std::string_view form, const fs::path& dir) {
      return RemoteConfig{.name = "origin",
                          .url = fmt::format(fmt::runtime(form), (dir / "far").string()),
                          .ssh_command = server.command(),
                          .far_mlo = MLO_TEST_BINARY};
    };
    for (const auto* form : {"ssh://127.0.0.1{}", "127.0.0.1:{}"}) {
      out.push_back({"ssh", form,
                     [config, form](Outside& o, const fs::path& dir) { return open_url(o, dir, config(form, dir)); }});
    }
    out.push_back({"ssh", "encrypted", [config](Outside& o, const fs::path& dir) {
                     return open_sealed(o, dir, config("127.0.0.1:{}", dir));
                   }});
  } else {
    miss("sshd");
  }
  if (test::find_server("nginx")) {
    out.push_back({"http", "nginx", [](Outside& o, const fs::path& dir) -> Open {
                     const auto server = std::make_shared<test::WebServer>(dir);  // lives as long as who opens
                     const Open write = open_url(o, dir, {"origin", (dir / "store").string()});
                     const Open read = open_url(o, dir, {"origin", server->url() + "/store/"});
                     return [server, write, read] { return std::make_unique<FilledFrom>(write(), read()); };
                   }});
  } else {
    miss("nginx");
  }
  return out;
}

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

/// What the remote has under an id; nothing if it has none.
std::optional<std::string> fetch(Remote& remote, const test::TempDir& dir, const Digest& id) {
  fs::remove(dir / "fetched");
  const UniqueFd fd(::open((dir / "fetched").c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!remote.get(id, fd.get(), dir / "fetched")) return std::nullopt;
  return read_file(dir / "fetched");
}

/// Runs the body once for each place, on a fresh directory.
void for_each_place(const std::function<void(const test::TempDir&, const Open&)>& body) {
  std::set<std::string_view> covered;
  for (const Place& place : places()) {
    Outside out;
    const test::TempDir dir;
    INFO(place.kind << ": " << place.what);
    covered.insert(place.kind);
    const Open open = place.open_in(out, dir.path());
    CHECK(kind_of([&] { open()->check(); }) == ErrorKind::remote);
    CHECK(kind_of([&] { open()->find_missing({}); }) == ErrorKind::remote);
    open()->init();
    open()->init();
    body(dir, open);
  }
  const char* const ci = ::getenv("CI");
  if (ci == nullptr) return;
  for (const RemoteKind& kind : remote_kinds()) CHECK(covered.contains(kind.name));
}

}  // namespace

TEST_CASE("a remote gives back what was put, and knows what it lacks", "[contract][remote]") {
  for_each_place([](const test::TempDir& dir, const auto& open) {
    const auto remote = open();
    const Digest a = sha256("a"), b = sha256("");
    CHECK(remote->find_missing({a, b}) == std::vector<Digest>{a, b});
    CHECK_FALSE(fetch(*remote, dir, a));
    dir.write("a", "a");
    dir.write("b", "");
    remote->put_file(a, dir / "a");
    remote->put_file(b, dir / "b");
    remote->put_bytes(a, "a");
    remote->flush();
    const auto again = open();
    CHECK(again->find_missing({a, b}).empty());
    CHECK(fetch(*again, dir, a) == "a");
    CHECK(fetch(*again, dir, b) == "");
    again->flush();
  });
}

TEST_CASE("a remote shows nothing that was not flushed", "[contract][remote]") {
  for_each_place([](const test::TempDir& dir, const auto& open) {
    dir.write("a", "a");
    open()->put_file(sha256("a"), dir / "a");
    CHECK(open()->find_missing({sha256("a")}).size() == 1);
  });
}

TEST_CASE("a remote refuses bytes under another's name", "[contract][remote]") {
  for_each_place([](const test::TempDir& dir, const auto& open) {
    dir.write("a", "not a");
    const auto remote = open();
    CHECK(kind_of([&] { remote->put_file(sha256("a"), dir / "a"); }) == ErrorKind::corrupt);
    remote->flush();
    CHECK(open()->find_missing({sha256("a")}).size() == 1);
  });
}

TEST_CASE("a remote takes objects of any size, and gives them back from many threads", "[contract][remote]") {
  for_each_place([](const test::TempDir& dir, const auto& open) {
    dir.write("large", "begin");
    REQUIRE(::truncate((dir / "large").c_str(), (off_t{64} << 20) + 1) == 0);
    const Digest large = sha256_file(dir / "large").digest;
    std::vector<Digest> ids;
    const auto writer = open();
    for (std::size_t i = 0; i < 40; ++i) {
      const std::string bytes(i * 20'000, static_cast<char>('a' + i % 26));
      ids.push_back(sha256(bytes));
      writer->put_bytes(ids.back(), bytes);
    }
    writer->put_file(large, dir / "large");
    writer->flush();
    const auto reader = open();
    CHECK(reader->find_missing(ids).empty());
    CHECK(reader->find_missing({large}).empty());
    CHECK(sha256(fetch(*reader, dir, large).value_or("")) == large);
    CHECK(reader->find_missing(ids).empty());
    std::atomic<int> good = 0;
    parallel_for(ids.size(), 8, [&](std::size_t i) {
      const fs::path path = dir / ("got" + std::to_string(i));
      const UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
      good += reader->get(ids[i], fd.get(), path) && sha256_file(path).digest == ids[i] ? 1 : 0;
    });
    CHECK(good == 40);
  });
}

TEST_CASE("a remote takes objects from many threads", "[contract][remote]") {
  for_each_place([](const test::TempDir& dir, const auto& open) {
    const auto remote = open();
    std::vector<Digest> ids;
    for (int i = 0; i < 100; ++i) {
      dir.write(std::to_string(i), std::to_string(i));
      ids.push_back(sha256(std::to_string(i)));
    }
    parallel_for(ids.size(), 8, [&](std::size_t i) { remote->put_file(ids[i], dir / std::to_string(i)); });
    remote->flush();
    CHECK(open()->find_missing(ids).empty());
  });
}

TEST_CASE("clones that push at once lose nothing of each other, and what they merge stays found",
          "[contract][remote]") {
  for_each_place([](const test::TempDir& dir, const auto& open) {
    std::vector<Digest> ids;
    const auto put_some = [&](Remote& remote, std::size_t count) {
      for (std::size_t i = 0; i < count; ++i) {
        const std::string bytes = "object " + std::to_string(ids.size());
        ids.push_back(sha256(bytes));
        remote.put_bytes(ids.back(), bytes);
      }
    };
    for (std::size_t round = 0; round < 4; ++round) {
      const auto first = open(), second = open(), reader = open();
      for (Remote* remote : {first.get(), second.get(), reader.get()}) CHECK(remote->find_missing(ids).empty());
      put_some(*first, 5 + round);
      put_some(*second, 7);
      first->flush();
      second->flush();
      put_some(*first, 4);
      first->flush();
      CHECK(reader->find_missing(ids).empty());
      CHECK(fetch(*reader, dir, ids[round]) == "object " + std::to_string(round));
    }
    CHECK(open()->find_missing(ids).empty());
  });
}

TEST_CASE("checking a remote leaves no trace", "[contract][remote]") {
  for_each_place([](const test::TempDir& dir, const auto& open) {
    const auto files = [&] {
      std::set<fs::path> out;
      for (const auto& entry : fs::recursive_directory_iterator(dir.path())) out.insert(entry.path());
      return out;
    };
    const auto before = files();
    open()->check();
    CHECK(files() == before);
  });
}

TEST_CASE("objects go up once, come down verified, and a broken one never gets in", "[contract][remote]") {
  for_each_place([](const test::TempDir& dir, const auto& open) {
    test::TestWorld w;
    ObjectStore here(w.dir / "here"), there(w.dir / "there");
    std::vector<ObjectRef> objects;
    for (int i = 0; i < 20; ++i) objects.push_back({here.put(std::to_string(i)), 0, "dataset `d`"});
    objects.push_back(objects.front());
    CHECK(upload(w.world, here, *open(), objects, Mode::dry_run).objects == 20);
    CHECK(upload(w.world, here, *open(), objects, Mode::real).objects == 20);
    CHECK(upload(w.world, here, *open(), objects, Mode::real).objects == 0);
    CHECK(download(w.world, there, *open(), objects, Mode::real).objects == 20);
    CHECK(there.verify(objects.back().id));
    CHECK(download(w.world, there, *open(), objects, Mode::real).objects == 0);
    const ObjectRef nowhere{sha256("nowhere"), 0, "dataset `d`"};
    CHECK(upload(w.world, here, *open(), {nowhere}, Mode::real).absent.size() == 1);
    CHECK(download(w.world, there, *open(), {nowhere}, Mode::real).absent.size() == 1);
    static_cast<void>(dir);
  });
}

TEST_CASE("a push that ssh loses goes on with the next one", "[remote]") {
  if (!test::find_server("sshd")) return miss("sshd");
  test::SshServer server;
  Outside out;
  const test::TempDir dir;
  const auto open = [&](const std::string& command) {
    return open_remote(out.now,
                       {.name = "origin",
                        .url = "127.0.0.1:" + (dir / "far").string(),
                        .ssh_command = command,
                        .far_mlo = MLO_TEST_BINARY},
                       dir.path());
  };
  open(server.command())->init();
  const auto remote = open(server.command());
  remote->put_bytes(sha256("a"), "a");
  remote->flush();
  server.cut();
  remote->put_bytes(sha256("b"), "b");
  CHECK(kind_of([&] { remote->flush(); }) == ErrorKind::remote);
  CHECK(kind_of([&] { remote->find_missing({}); }) == ErrorKind::remote);
  const auto again = open(server.command());
  CHECK(again->find_missing({sha256("a"), sha256("b")}) == std::vector<Digest>{sha256("b")});
  again->put_bytes(sha256("b"), "b");
  again->flush();
  CHECK(open(server.command())->find_missing({sha256("a"), sha256("b")}).empty());
  CHECK(kind_of([&] { open(server.command_of_stranger())->find_missing({}); }) == ErrorKind::remote);
  CHECK(kind_of([&] { open(server.command_without_key())->find_missing({}); }) == ErrorKind::remote);
}

TEST_CASE("a server whose certificate is of one's own authority is trusted once that is named", "[remote]") {
  if (!test::find_server("nginx")) return miss("nginx");
  Outside out;
  const test::TempDir dir;
  open_remote(out.now, {"origin", (dir / "store").string()}, dir.path())->init();
  const test::WebServer server(dir.path(), test::WebServer::Tls::yes);
  RemoteConfig config{.name = "web", .url = server.url() + "/store"};
  try {
    open_remote(out.now, config, dir.path())->check();
    FAIL("a stranger was trusted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::remote);
    CHECK(error.hint().find("ca_file") != std::string::npos);
  }
  config.ca_file = server.certificate().string();
  open_remote(out.now, config, dir.path())->check();
}

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/dir_place.hpp"
#include "lib/remote/remote.hpp"
#include "lib/remote/transfer.hpp"
#include "lib/util/copy_file.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"
#include "tests/contract/places.hpp"
#include "tests/support/servers.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

// What every kind of remote promises.
using namespace mlo;
using namespace mlo::contract;

namespace {

/// What the remote has under an id; nothing if it has none.
std::optional<std::string> fetch(Remote& remote, const test::TempDir& dir, const Digest& id) {
  fs::remove(dir / "fetched");
  const UniqueFd fd(::open((dir / "fetched").c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!remote.get(id, {}, {.fd = fd.get(), .path = dir / "fetched"})) return std::nullopt;
  return read_file(dir / "fetched");
}

/// Runs the body once for each place, on a fresh directory.
void for_each_place(const std::function<void(const test::TempDir&, const Open&, Outside&)>& body) {
  std::set<std::string_view> covered;
  for (const Stand& place : places()) {
    Outside out;
    const test::TempDir dir;
    INFO(place.kind << ": " << place.what);
    covered.insert(place.kind);
    const Open open = place.open_in(out, dir.path());
    CHECK(kind_of([&] { open()->check(); }) == ErrorKind::remote);
    CHECK(kind_of([&] { open()->find_missing({}); }) == ErrorKind::remote);
    open()->init();
    open()->init();
    body(dir, open, out);
  }
  const char* const ci = ::getenv("CI");
  if (ci == nullptr) return;
  for (const RemoteKind& kind : remote_kinds()) CHECK(covered.contains(kind.name));
}
void for_each_place(const std::function<void(const test::TempDir&, const Open&)>& body) {
  for_each_place([&](const test::TempDir& dir, const Open& open, Outside&) { body(dir, open); });
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
      good += reader->get(ids[i], {}, {.fd = fd.get(), .path = path}) && sha256_file(path).digest == ids[i] ? 1 : 0;
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

TEST_CASE("one large object shows how far it is on its way, both ways", "[contract][remote]") {
  for_each_place([](const test::TempDir& dir, const auto& open) {
    constexpr std::uint64_t kSize = (std::uint64_t{20} << 20U) + 1;
    test::TestWorld w;
    test::RecordedProgress recorded;
    const World world{w.clock, w.rng, w.env, w.log, recorded, w.stop.get_token(), 2, w.dir.path()};
    ObjectStore here(w.dir / "here"), there(w.dir / "there");
    w.dir.write("large", "begin");
    REQUIRE(::truncate((w.dir / "large").c_str(), static_cast<off_t>(kSize)) == 0);
    ObjectStore::Batch batch(here);
    const std::vector<ObjectRef> objects{{batch.put_file(w.dir / "large").id, kSize, "dataset `d`"}};
    batch.commit();
    const auto is_told = [&] {
      CHECK((recorded.total == kSize && recorded.sum == kSize));
      return recorded.largest_step() < kSize / 2;
    };
    CHECK(upload(world, here, *open(), objects, Mode::real).objects == 1);
    CHECK(is_told());
    CHECK(download(world, there, *open(), objects, Mode::real).objects == 1);
    const TempFile copy = TempFile::beside(w.dir / "copy");
    const bool at_once = copy_contents(open_read(w.dir / "large").get(), copy.fd(), copy.path());
    CHECK((is_told() || at_once));
    static_cast<void>(dir);
  });
}

TEST_CASE("a remote moves no more bytes a second than it may, both ways", "[contract][remote]") {
  for_each_place([](const test::TempDir& dir, const auto& open, Outside& out) {
    dir.write("large", std::string(3'000'000, 'x'));
    const Digest id = sha256_file(dir / "large").digest;
    out.bytes_per_second = 1'000'000;
    const auto limited = open();
    const auto seconds = [&](const std::function<void()>& action) {
      const auto before = out.real.slept();
      action();
      return std::chrono::duration<double>(out.real.slept() - before).count();
    };
    const double sent = seconds([&] {
      limited->put_file(id, dir / "large");
      limited->flush();
    });
    CHECK((sent > 2 && sent < 4));
    const double fetched = seconds([&] { CHECK(fetch(*limited, dir, id)); });
    CHECK((fetched > 2 && fetched < 4));
    out.bytes_per_second = 0;
    const auto unlimited = open();
    CHECK(seconds([&] { CHECK(fetch(*unlimited, dir, id)); }) == 0);
  });
}

namespace {

/// A place behind an sshd whose connections can be cut.
struct Cuttable {
  std::unique_ptr<Remote> open(const std::string& command) {
    return open_remote(out.now,
                       {.name = "origin",
                        .url = "127.0.0.1:" + (dir / "far").string(),
                        .ssh_command = command,
                        .far_mlo = MLO_TEST_BINARY},
                       dir.path());
  }
  std::unique_ptr<Remote> open() { return open(server.command()); }
  test::SshServer server;
  Outside out;
  test::TempDir dir;
};

}  // namespace

TEST_CASE("a push whose connection is cut is made to the end over another one", "[remote]") {
  if (!test::find_server("sshd")) return miss("sshd");
  Cuttable far;
  far.open()->init();
  const auto remote = far.open();
  remote->put_bytes(sha256("a"), "a");
  remote->flush();
  far.server.cut();
  remote->put_bytes(sha256("b"), "b");
  remote->flush();
  CHECK(remote->find_missing({sha256("a"), sha256("b")}).empty());
  CHECK(far.out.real.slept() > std::chrono::milliseconds(100));
  // In the middle of a file: each byte is told of once.
  constexpr std::uint64_t kSize = std::uint64_t{20} << 20U;
  far.dir.write("large", std::string(kSize, 'x'));
  const Digest large = sha256_file(far.dir / "large").digest;
  std::uint64_t sum = 0;
  bool cut = false;
  const auto cut_at_half = [&](std::uint64_t bytes) {
    sum += bytes;
    if (sum < kSize / 2 || std::exchange(cut, true)) return;
    far.server.cut();
  };
  remote->put_file(large, far.dir / "large", cut_at_half);
  // What the next one makes durable was taken in by one that is gone.
  far.server.cut();
  remote->flush();
  CHECK((cut && sum == kSize));
  sum = 0;
  cut = false;
  const TempFile back = TempFile::beside(far.dir / "back");
  CHECK(far.open()->get(large, {}, {.fd = back.fd(), .path = back.path(), .moved = cut_at_half}));
  CHECK((cut && sum == kSize));
  CHECK(sha256_file(back.path()).digest == large);
}

TEST_CASE("half an object that lies at the far end is gone on with, and written anew if it is damaged", "[remote]") {
  if (!test::find_server("sshd")) return miss("sshd");
  Cuttable far;
  far.open()->init();
  const std::string bytes = std::string(std::size_t{17} << 20U, 'x') + "end";
  far.dir.write("large", bytes);
  const Digest large = sha256(bytes);
  const bool damaged = GENERATE(false, true);
  const fs::path half = far.dir / "far" / DirPlace::half_name(large);
  write_file(half, std::string(std::size_t{15} << 20U, damaged ? 'y' : 'x'));
  const auto inode = find_stat(half)->inode;
  std::uint64_t sum = 0;
  const auto remote = far.open();
  remote->put_file(large, far.dir / "large", [&](std::uint64_t moved) { sum += moved; });
  remote->flush();
  CHECK(sum == bytes.size());
  const fs::path whole = far.dir / "far/objects" / ObjectStore::relative_path(large);
  CHECK(read_file(whole) == bytes);
  if (!damaged) CHECK(find_stat(whole)->inode == inode);
  CHECK_FALSE(find_stat(half));
}

TEST_CASE("what was put and is gone when the connection is back is told of", "[remote]") {
  if (!test::find_server("sshd")) return miss("sshd");
  Cuttable far;
  far.open()->init();
  far.dir.write("large", std::string(std::size_t{2} << 20U, 'x'));
  const Digest large = sha256_file(far.dir / "large").digest;
  const auto remote = far.open();
  remote->put_file(large, far.dir / "large");
  far.server.cut();
  fs::remove(far.dir / "far/objects" / ObjectStore::relative_path(large));  // as a power cut would
  CHECK(kind_of([&] { remote->flush(); }) == ErrorKind::remote);
  remote->put_file(large, far.dir / "large");
  remote->flush();
  CHECK(far.open()->find_missing({large}).empty());
}

TEST_CASE("where another attempt cannot help ssh is asked once", "[remote]") {
  if (!test::find_server("sshd")) return miss("sshd");
  Cuttable far;
  far.open()->init();
  CHECK(kind_of([&] { far.open(far.server.command_of_stranger())->find_missing({}); }) == ErrorKind::remote);
  CHECK(kind_of([&] { far.open(far.server.command_without_key())->find_missing({}); }) == ErrorKind::remote);
  CHECK(far.out.real.slept() == std::chrono::nanoseconds(0));
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

#include "lib/remote/fetch_pieces.hpp"

#include <cstring>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/transfer.hpp"
#include "tests/support/lying_server.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
constexpr UtcTime kNever = UtcTime::from_micros(0);

Error failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::internal, "nothing failed");
}

/// A remote that has one object of four pieces.
struct Far : test::TestWorld {
  Far() {
    test::set_keys(env);
    open()->init();
    server.put("/bucket/p/objects/" + ObjectStore::relative_path(id), bytes);
  }
  std::unique_ptr<Remote> open(std::uint64_t connections = 0) {
    return open_remote(world,
                       {.name = "origin", .url = "s3://bucket/p", .endpoint = server.url(), .connections = connections},
                       dir.path());
  }
  TransferReport pull(std::uint64_t connections = 0) {
    return download(world, here, *open(connections), {{id, bytes.size(), "dataset `d`"}}, Mode::real);
  }
  /// How often the object or a part of it was asked for.
  std::size_t gets() {
    const std::string all = server.requests();
    std::size_t count = 0;
    for (std::size_t at = 0; (at = all.find("GET /bucket/p/objects/", at)) != std::string::npos; ++at) ++count;
    return count;
  }
  bool is_clean() {
    const auto entries = list_dir(here.root());
    return std::none_of(entries.begin(), entries.end(),
                        [](const DirEntry& e) { return e.name.starts_with(".mlo-tmp-"); });
  }

  test::LyingServer server;
  const std::string bytes = numbered(25 * kMebibyte);
  const Digest id = sha256(bytes);
  ObjectStore here{dir / "here"};

 private:
  /// No piece is like another.
  static std::string numbered(std::size_t size) {
    std::string out(size, 'x');
    for (std::size_t at = 0; at + sizeof at <= size; at += 4096) std::memcpy(out.data() + at, &at, sizeof at);
    return out;
  }
};

}  // namespace

TEST_CASE("a large object comes in pieces, and what came of it need not come again", "[remote]") {
  for (const std::uint64_t connections : {1U, 4U}) {
    Far far;
    far.gets();
    far.server.lie("GET", "objects", "status", 1, "403");
    CHECK(failure_of([&] { far.pull(connections); }).kind() == ErrorKind::remote);
    CHECK_FALSE(far.here.has(far.id));
    const std::size_t before = far.gets();
    CHECK(far.pull(connections).bytes == far.bytes.size());
    CHECK(before + far.gets() == 5);  // four, and the one that failed
    CHECK(far.here.verify(far.id));
    CHECK(far.is_clean());
  }
}

TEST_CASE("a piece is gone on with in its middle", "[remote]") {
  Far far;
  const auto remote = far.open();
  CHECK(remote->find_missing({far.id}).empty());
  std::vector<std::uint64_t> told;
  std::mutex mutex;
  std::uint64_t sum = 0;
  const auto fetch = [&](std::uint64_t most) {
    sum = 0;
    told.clear();
    auto object = PartialObject::open(far.here, far.id, far.bytes.size(), kNever);
    return fetch_in_pieces(*remote, *object, [&](std::uint64_t n) {
      const std::lock_guard lock(mutex);
      told.push_back(n);
      sum += n;
      if (sum > most) throw Error(ErrorKind::interrupted, "killed");
    });
  };
  CHECK(failure_of([&] { fetch(far.bytes.size() / 2); }).kind() == ErrorKind::interrupted);
  const std::uint64_t first = sum;
  CHECK(fetch(UINT64_MAX) == Came::whole);
  CHECK(sum == far.bytes.size());
  CHECK(told.front() <= first);
  CHECK(told.front() + 4 * 128 * 1024 >= first);  // of each piece less than a block, and what it was told of last
}

TEST_CASE("wrong bytes are thrown away and fetched once more", "[remote]") {
  Far far;
  far.gets();
  far.server.lie("GET", "objects", "flip", 1);
  far.pull();
  CHECK(far.gets() == 8);
  CHECK(far.here.verify(far.id));
  CHECK(far.is_clean());
}

TEST_CASE("an object that is wrong at the remote is told of and leaves nothing", "[remote]") {
  Far far;
  const auto fails = [&](std::string_view text) {
    const Error error = failure_of([&] { far.pull(); });
    INFO(error.message());
    CHECK(error.kind() == ErrorKind::remote);
    CHECK(error.message().find(text) != std::string::npos);
    CHECK(far.is_clean());
    CHECK_FALSE(far.here.has(far.id));
  };
  far.server.lie("GET", "objects", "flip", 100);
  fails("is damaged: its bytes are not what its name says");
  CHECK(far.gets() == 8);
  Far gone;
  gone.server.lie("GET", "objects", "status", 100, "404");
  CHECK(failure_of([&] { gone.pull(); }).message().find("is lost") != std::string::npos);
  CHECK(gone.is_clean());
}

TEST_CASE("a server that knows no parts of files gives the whole", "[remote]") {
  Far far;
  far.server.lie("GET", "objects", "whole", 100);
  far.pull();
  CHECK(far.here.verify(far.id));
  CHECK(far.is_clean());
}

TEST_CASE("what another process is fetching is fetched beside it", "[remote]") {
  Far far;
  const auto held = PartialObject::open(far.here, far.id, far.bytes.size(), kNever);
  far.pull();
  CHECK(far.here.verify(far.id));
  CHECK(find_stat(held->path()));
}

TEST_CASE("as many pieces come at once as the remote may have connections", "[remote]") {
  Far far;
  far.server.lie("GET", "objects", "meet", 100, "3");
  const auto remote = far.open(3);
  download(far.world, far.here, *remote, {{far.id, far.bytes.size(), "d"}}, Mode::real);
  CHECK(far.server.most() == 3);
}

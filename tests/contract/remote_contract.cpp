#include <fcntl.h>
#include <sys/stat.h>

#include <set>

#include "lib/crypto/sha256.hpp"
#include "lib/remote/remote.hpp"
#include "lib/remote/transfer.hpp"
#include "lib/util/parallel.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

// What every kind of remote promises. A new kind gets one line in `places`: a URL that works on this machine.
using namespace mlo;

namespace {

struct Place {
  std::string_view kind;
  std::string url;
};

std::vector<Place> places(const test::TempDir& dir) {
  return {
      {"dir", (dir / "remote").string()},
      {"dir", "file://" + (dir / "remote2").string()},
      {"dir", "relative"},
  };
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
void for_each_place(
    const std::function<void(const test::TempDir&, const std::function<std::unique_ptr<Remote>()>&)>& body) {
  std::set<std::string_view> covered;
  const test::TempDir count;
  for (std::size_t i = 0; i < places(count).size(); ++i) {
    const test::TempDir dir;
    const Place place = places(dir)[i];
    INFO(place.url);
    covered.insert(place.kind);
    const auto open = [&] { return open_remote({"origin", place.url}, dir.path()); };
    CHECK(kind_of([&] { open()->check(); }) == ErrorKind::remote);
    CHECK(kind_of([&] { open()->find_missing({}); }) == ErrorKind::remote);
    open()->init();
    open()->init();
    body(dir, open);
  }
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

TEST_CASE("a directory whose parent is missing is a disk that is not mounted", "[remote]") {
  const test::TempDir dir;
  const auto remote = open_remote({"origin", (dir / "mnt/share").string()}, dir.path());
  CHECK(kind_of([&] { remote->init(); }) == ErrorKind::remote);
  dir.write("a", "a");
  CHECK(kind_of([&] { remote->put_file(sha256("a"), dir / "a"); }) == ErrorKind::remote);
  CHECK_FALSE(find_stat(dir / "mnt"));
}

TEST_CASE("making a directory remote ready goes on where a cut attempt ended", "[remote]") {
  const test::TempDir dir;
  dir.write("r/.mlo-tmp-abcdef", "mlo rem");
  const auto remote = open_remote({"origin", (dir / "r").string()}, dir.path());
  remote->init();
  remote->check();
}

TEST_CASE("a directory of another format is left alone", "[remote]") {
  const test::TempDir dir;
  dir.write("r/format", "mlo remote 2\n");
  const auto remote = open_remote({"origin", (dir / "r").string()}, dir.path());
  CHECK(kind_of([&] { remote->find_missing({}); }) == ErrorKind::remote);
  CHECK(kind_of([&] { remote->check(); }) == ErrorKind::remote);
  CHECK(kind_of([&] { remote->init(); }) == ErrorKind::remote);
  dir.write("other/file", "mine");
  CHECK(kind_of([&] { open_remote({"origin", (dir / "other").string()}, dir.path())->init(); }) == ErrorKind::remote);
}

TEST_CASE("wrong bytes on a directory remote are an error that names the object, and stay out", "[remote]") {
  test::TestWorld w;
  ObjectStore here(w.dir / "here"), there(w.dir / "there");
  const Digest id = here.put("abc");
  const RemoteConfig config{"origin", (w.dir / "r").string()};
  open_remote(config, w.dir.path())->init();
  upload(w.world, here, *open_remote(config, w.dir.path()), {{id, 0, "dataset `d`"}}, Mode::real);
  const fs::path object = w.dir / "r/objects" / ObjectStore::relative_path(id);
  REQUIRE(::chmod(object.c_str(), 0644) == 0);
  write_file(object, "abd", Durability::cache);
  CHECK(kind_of([&] {
          download(w.world, there, *open_remote(config, w.dir.path()), {{id, 0, "dataset `d`"}}, Mode::real);
        }) == ErrorKind::remote);
  CHECK_FALSE(there.has(id));
}

TEST_CASE("a URL that no kind takes is a configuration error", "[remote]") {
  CHECK(kind_of([] { open_remote({"origin", "gopher://host/x"}, "/"); }) == ErrorKind::config);
}

TEST_CASE("the default remote is the configured one, the only one, or origin", "[remote]") {
  Config config;
  CHECK(kind_of([&] { choose_remote(config, ""); }) == ErrorKind::not_found);
  config.remotes = {{"backup", "/b"}};
  CHECK(choose_remote(config, "").name == "backup");
  config.remotes.push_back({"origin", "/o"});
  CHECK(choose_remote(config, "").name == "origin");
  CHECK(choose_remote(config, "backup").name == "backup");
  config.default_remote = "backup";
  CHECK(choose_remote(config, "").name == "backup");
  CHECK(kind_of([&] { choose_remote(config, "nope"); }) == ErrorKind::not_found);
}

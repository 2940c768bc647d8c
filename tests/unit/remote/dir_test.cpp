#include "lib/crypto/sha256.hpp"
#include "lib/remote/remote.hpp"
#include "lib/remote/transfer.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

#include <sys/stat.h>

using namespace mlo;

namespace {

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

}  // namespace

TEST_CASE("pushes leave few indexes, at the remote and in the cache of its indexes", "[remote]") {
  const test::TestWorld w;
  const test::TempDir& dir = w.dir;
  fs::create_directories(dir / ".mlo/local");
  const auto open = [&] { return open_remote(w.world, {"origin", (dir / "r").string()}, dir.path()); };
  open()->init();
  std::vector<Digest> ids;
  for (int round = 0; round < 40; ++round) {
    const auto remote = open();
    for (int i = 0; i < 10; ++i) {
      const std::string bytes = std::to_string(ids.size());
      ids.push_back(sha256(bytes));
      remote->put_bytes(ids.back(), bytes);
    }
    remote->flush();
  }
  const auto count = [&](std::string_view where) { return list_dir(dir / where).size(); };
  CHECK(count("r/packs") == 40);
  CHECK(count("r/index") <= 8);
  CHECK(open()->find_missing(ids).empty());
  CHECK(count(".mlo/local/remotes/origin") == count("r/index"));
  CHECK(split_lines(read_file(dir / "r/indexes")).size() == count("r/index"));

  // Others merge too, and an older mlo put its indexes beside the packs.
  for (const DirEntry& entry : list_dir(dir / "r/index"))
    rename_path(dir / "r/index" / entry.name, dir / "r/packs" / entry.name);
  const auto remote = open();
  CHECK(remote->find_missing(ids).empty());
  for (int i = 0; i < 500; ++i) remote->put_bytes(sha256("m" + std::to_string(i)), "m" + std::to_string(i));
  remote->flush();
  CHECK(count("r/index") == 1);
  CHECK(count(".mlo/local/remotes/origin") == 1);
  CHECK(open()->find_missing(ids).empty());
}

TEST_CASE("a directory whose parent is missing is a disk that is not mounted", "[remote]") {
  const test::TestWorld w;
  const test::TempDir& dir = w.dir;
  const auto remote = open_remote(w.world, {"origin", (dir / "mnt/share").string()}, dir.path());
  CHECK(kind_of([&] { remote->init(); }) == ErrorKind::remote);
  dir.write("a", "a");
  CHECK(kind_of([&] { remote->put_file(sha256("a"), dir / "a"); }) == ErrorKind::remote);
  CHECK_FALSE(find_stat(dir / "mnt"));
}

TEST_CASE("making a directory remote ready goes on where a cut attempt ended", "[remote]") {
  const test::TestWorld w;
  const test::TempDir& dir = w.dir;
  dir.write("r/.mlo-tmp-abcdef", "mlo rem");
  const auto remote = open_remote(w.world, {"origin", (dir / "r").string()}, dir.path());
  remote->init();
  remote->check();
}

TEST_CASE("a directory of another format is left alone", "[remote]") {
  const test::TestWorld w;
  const test::TempDir& dir = w.dir;
  dir.write("r/format", "mlo remote 2\n");
  const auto remote = open_remote(w.world, {"origin", (dir / "r").string()}, dir.path());
  CHECK(kind_of([&] { remote->find_missing({}); }) == ErrorKind::remote);
  CHECK(kind_of([&] { remote->check(); }) == ErrorKind::remote);
  CHECK(kind_of([&] { remote->init(); }) == ErrorKind::remote);
  dir.write("other/file", "mine");
  CHECK(kind_of([&] {
          open_remote(w.world, {"origin", (dir / "other").string()}, dir.path())->init();
        }) == ErrorKind::remote);
}

TEST_CASE("wrong bytes on a directory remote are an error that names the object, and stay out", "[remote]") {
  test::TestWorld w;
  ObjectStore here(w.dir / "here"), there(w.dir / "there");
  const Digest id = here.put("abc");
  const RemoteConfig config{"origin", (w.dir / "r").string()};
  open_remote(w.world, config, w.dir.path())->init();
  upload(w.world, here, *open_remote(w.world, config, w.dir.path()), {{id, 0, "dataset `d`"}}, Mode::real);
  const fs::path object = w.dir / "r/objects" / ObjectStore::relative_path(id);
  REQUIRE(::chmod(object.c_str(), 0644) == 0);
  write_file(object, "abd", Durability::cache);
  CHECK(kind_of([&] {
          download(w.world, there, *open_remote(w.world, config, w.dir.path()), {{id, 0, "dataset `d`"}}, Mode::real);
        }) == ErrorKind::remote);
  CHECK_FALSE(there.has(id));
}

TEST_CASE("a URL that no kind takes is a configuration error", "[remote]") {
  const test::TestWorld w;
  CHECK(kind_of([&] { open_remote(w.world, {"origin", "gopher://host/x"}, "/"); }) == ErrorKind::config);
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

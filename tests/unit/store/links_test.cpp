#include <fcntl.h>
#include <sys/stat.h>

#include "lib/crypto/sha256.hpp"
#include "lib/store/collector.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

/// A store with one large object, and a directory on the same file system.
struct Links : test::TestWorld {
  ObjectStore store{dir / "store/objects"};
  std::string bytes = std::string(2U << 20U, 'x');
  Digest id = store.put(bytes);
  UniqueFd out;

  Links() {
    fs::create_directory(dir / "out");
    out = UniqueFd(::open((dir / "out").c_str(), O_RDONLY | O_DIRECTORY));
  }
  fs::path object(const Digest& of) const { return store.root() / ObjectStore::relative_path(of); }
  bool link(const std::string& name = "a") const { return static_cast<bool>(store.link_at(id, out.get(), name)); }
  /// As a tool would that makes the file writable first.
  void change_in_place(const std::string& name) const {
    const fs::path file = dir / "out" / name;
    fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
    const UniqueFd fd(::open(file.c_str(), O_WRONLY));
    REQUIRE(::pwrite(fd.get(), "y", 1, 7) == 1);
    fs::permissions(file, fs::perms::owner_write, fs::perm_options::remove);
  }
  Collector::Report sweep() {
    return Collector(world, store).sweep([](const Digest&) { return false; }, clock.now());
  }
  /// Not so where the file system shares blocks: then there is nothing to test.
  bool has_links() const {
    const bool made = link("probe");
    fs::remove(dir / "out/probe");
    return made;
  }
};

}  // namespace

TEST_CASE("a hard link is the object's own file, read-only", "[store]") {
  Links links;
  if (!links.has_links()) return;
  const UniqueFd fd = links.store.check_out_at(links.id, links.out.get(), "a", "a", false, LinkType::hardlink);
  const FileStat stat = stat_fd(fd.get(), "a");
  CHECK(stat.inode == find_stat(links.object(links.id))->inode);
  CHECK((stat.mode & 0777U) == 0444);
}

TEST_CASE("what cannot be a link is a file of its own", "[store]") {
  Links links;
  const Digest small = links.store.put("small\n");
  const auto check_out = [&](const Digest& id, const std::string& name, bool executable, LinkType link) {
    return stat_fd(links.store.check_out_at(id, links.out.get(), name, name, executable, link).get(), name);
  };
  CHECK((check_out(links.id, "executable", true, LinkType::hardlink).mode & 0700U) == 0700);
  CHECK((check_out(small, "small", false, LinkType::hardlink).mode & 0200U) != 0);
  CHECK((check_out(links.id, "reflink", false, LinkType::reflink).mode & 0200U) != 0);
  CHECK((check_out(links.id, "copy", false, LinkType::copy).mode & 0200U) != 0);
  fs::permissions(links.object(links.id), fs::perms::owner_all);  // somebody's chmod of another link
  CHECK((check_out(links.id, "chmod", false, LinkType::hardlink).mode & 0200U) != 0);
  for (const char* name : {"executable", "reflink", "copy", "chmod"})
    CHECK(read_file(links.dir / "out" / name) == links.bytes);
  CHECK_THROWS_AS(links.store.check_out_at(sha256("absent"), links.out.get(), "b", "b", false, LinkType::hardlink),
                  Error);
}

TEST_CASE("a damaged object is not linked but put aside", "[store]") {
  Links links;
  if (!links.has_links()) return;
  REQUIRE(links.link("a"));
  links.change_in_place("a");
  CHECK_THROWS_AS(links.link("b"), Error);
  CHECK_FALSE(find_stat(links.dir / "out/b"));
  CHECK_FALSE(links.store.has(links.id));
  CHECK(find_stat(links.dir / "store/quarantine" / links.id.hex()));
}

TEST_CASE("a file that was changed through a link is refused once, then stored", "[store]") {
  Links links;
  if (!links.has_links()) return;
  REQUIRE(links.link("a"));
  links.change_in_place("a");
  const auto put = [&] {
    ObjectStore::Batch batch(links.store);
    const Digest id = batch.put_file(links.dir / "out/a").id;
    batch.commit();
    return id;
  };
  CHECK_THROWS_AS(put(), Error);
  CHECK_FALSE(links.store.has(links.id));
  std::string changed = links.bytes;
  changed[7] = 'y';
  CHECK(put() == sha256(changed));
  CHECK(links.store.get(sha256(changed)) == changed);
  CHECK(links.store.check(links.world).damaged.empty());
}

TEST_CASE("a link that is as it was is stored again for nothing", "[store]") {
  Links links;
  if (!links.has_links()) return;
  REQUIRE(links.link("a"));
  const auto before = find_stat(links.object(links.id));
  ObjectStore::Batch batch(links.store);
  CHECK(batch.put_file(links.dir / "out/a").id == links.id);
  batch.commit();
  CHECK(find_stat(links.object(links.id)) == before);  // not even touched: that would look like a change of the file
}

TEST_CASE("a gc leaves alone what work files are links to", "[store]") {
  Links links;
  if (!links.has_links()) return;
  REQUIRE(links.link("a"));
  CHECK(links.store.claim(links.id));
  CHECK(links.sweep().objects == 0);
  CHECK(links.store.has(links.id));
  fs::remove(links.dir / "out/a");
  CHECK(links.sweep().objects == 1);
  CHECK_FALSE(links.store.has(links.id));
}

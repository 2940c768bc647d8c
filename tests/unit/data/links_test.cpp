#include "lib/data/links.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "lib/data/add.hpp"
#include "lib/data/checkout.hpp"
#include "lib/data/compare.hpp"
#include "lib/data/datasets.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

const std::string kBig(2U << 20U, 'x'), kOther(3U << 20U, 'y');

struct Linked : test::TestWorld {
  std::optional<Workspace> workspace;

  explicit Linked(std::string_view link = "hardlink") {
    git_init();
    Workspace::init(world);
    configure(link);
    dir.write("d/big", kBig);
    dir.write("d/deep/same", kBig);
    dir.write("d/small", "small\n");
  }
  void configure(std::string_view link) {
    dir.write(".git/mlo/config.yaml", fmt::format("mlo: config/1\nlink: {}\n", link));
    workspace.emplace(Workspace::open(world));
  }
  AddedDataset add() {
    return add_datasets(*workspace, {.paths = {"d"}, .name = {}, .source = {}, .message = {}, .commit = true})
        .datasets.at(0);
  }
  LinkReport unlink(const std::string& path) {
    StatCache cache = workspace->stat_cache();
    const LinkReport report = unlink_files(*workspace, cache, path);
    cache.save(clock.now());
    return report;
  }
  CheckoutReport check_out(const DatasetManifest& version) {
    return check_out_dataset(*workspace, version, Overwrite::saved_only, Execution::real);
  }
  std::size_t differences() {
    StatCache cache = workspace->stat_cache();
    return compare_with_work(*workspace, cache, load_dataset(*workspace, "d")).differences.size();
  }
  /// In the file itself, whatever names it has.
  void overwrite(const std::string& path) {
    const UniqueFd fd(::open((dir / path).c_str(), O_WRONLY | O_TRUNC));
    REQUIRE(fd);
    write_all(fd.get(), kOther, path);
  }
  unsigned mode(const std::string& path) { return find_stat(dir / path)->mode & 0777U; }
  /// False on a file system with reflinks, which needs no such links.
  bool has_links() {
    AddedDataset added = add();
    return added.links.files > 0;
  }
};

}  // namespace

TEST_CASE("add makes links of large files, and they stay the dataset", "[data]") {
  Linked linked;
  const AddedDataset added = linked.add();
  if (added.links.files == 0) return;
  CHECK(added.links.files == 2);
  CHECK(added.links.bytes == 2 * kBig.size());
  CHECK(find_stat(linked.dir / "d/big")->inode == find_stat(linked.dir / "d/deep/same")->inode);
  CHECK(linked.mode("d/big") == 0444);
  CHECK((linked.mode("d/small") & 0200U) != 0);
  CHECK(linked.differences() == 0);
  const AddedDataset again = linked.add();
  CHECK_FALSE(again.changed());
  CHECK(again.links.files == 0);
}

TEST_CASE("without the setting nothing becomes a link", "[data]") {
  Linked linked(GENERATE("copy", "reflink"));
  CHECK(linked.add().links.files == 0);
  CHECK((linked.mode("d/big") & 0200U) != 0);
}

TEST_CASE("a checkout writes links, and goes from one version to another over them", "[data]") {
  Linked linked;
  if (!linked.has_links()) return;
  const DatasetManifest first = load_dataset(*linked.workspace, "d");
  fs::remove(linked.dir / "d/big");
  linked.dir.write("d/big", kOther);
  const DatasetManifest second = linked.add().manifest;
  CHECK(linked.check_out(first).linked == 1);
  CHECK(read_file(linked.dir / "d/big") == kBig);
  CHECK(linked.check_out(second).linked == 1);
  fs::remove_all(linked.dir / "d");
  CHECK(linked.check_out(first).linked == 2);
  CHECK(linked.mode("d/deep/same") == 0444);
  // Two names of one file go: the first changes what lstat says of the second.
  remove_data(*linked.workspace, first, Overwrite::saved_only, Execution::real);
  CHECK_FALSE(find_stat(linked.dir / "d/deep/same"));
}

TEST_CASE("what another link's coming and going changes of a file does not make it be read again", "[data]") {
  Linked linked;
  if (!linked.has_links()) return;
  CHECK(linked.differences() == 0);  // all is in the cache now
  StatCache cache = linked.workspace->stat_cache();
  fs::create_hard_link(linked.dir / "d/big", linked.dir / "third");
  CHECK(cache.find("d/big", *find_stat(linked.dir / "d/big")));
}

TEST_CASE("unprotect gives files their own bytes, with their own modes", "[data]") {
  Linked linked;
  if (!linked.has_links()) return;
  const LinkReport one = linked.unlink("d/deep");
  CHECK(one.files == 1);
  CHECK(one.bytes == kBig.size());
  CHECK((linked.mode("d/deep/same") & 0200U) != 0);
  CHECK(linked.mode("d/big") == 0444);
  CHECK(linked.unlink("").files == 1);
  CHECK(find_stat(linked.dir / "d/big")->inode != find_stat(linked.dir / "d/deep/same")->inode);
  CHECK(read_file(linked.dir / "d/big") == kBig);
  CHECK(linked.unlink("").files == 0);
  CHECK(linked.differences() == 0);
  CHECK_THROWS_AS(linked.unlink("other"), Error);

  linked.overwrite("d/big");
  CHECK(linked.differences() == 1);
  CHECK(linked.workspace->store().check(linked.world).damaged.empty());
  CHECK(linked.add().links.files == 2);
}

TEST_CASE("a read-only executable stays one and can be written", "[data]") {
  Linked linked;
  linked.dir.write("d/run", "#!/bin/sh\n");
  fs::permissions(linked.dir / "d/run", static_cast<fs::perms>(0555));
  linked.configure("copy");
  linked.add();
  CHECK(linked.unlink("d/run").files == 1);
  CHECK((linked.mode("d/run") & 0700U) == 0700);
}

TEST_CASE("a file that is open for writing is no link until it is closed", "[data]") {
  Linked linked;
  {
    const UniqueFd writer(::open((linked.dir / "d/big").c_str(), O_WRONLY | O_APPEND));
    const AddedDataset added = linked.add();
    if (added.links.files == 0 && added.links.in_use.empty()) return;  // a file system with reflinks
    CHECK(added.links.in_use == std::vector<std::string>{"d/big"});
    CHECK(added.links.files == 1);
    write_all(writer.get(), "more\n", "d/big");
  }
  CHECK(read_file(linked.dir / "d/big") == kBig + "more\n");
  CHECK(linked.workspace->store().check(linked.world).damaged.empty());
  CHECK(linked.add().links.files == 1);
}

TEST_CASE("a file changed in place through its link is not trusted", "[data]") {
  Linked linked;
  if (!linked.has_links()) return;
  fs::permissions(linked.dir / "d/big", fs::perms::owner_write, fs::perm_options::add);
  linked.overwrite("d/big");
  fs::permissions(linked.dir / "d/big", fs::perms::owner_write, fs::perm_options::remove);
  CHECK(linked.differences() == 2);  // both names
  CHECK_THROWS_AS(linked.add(), Error);
  CHECK(linked.add().changed());
  CHECK(linked.workspace->store().check(linked.world).damaged.empty());
}

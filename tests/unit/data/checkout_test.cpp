#include <sys/stat.h>

#include "lib/crypto/sha256.hpp"
#include "tests/unit/data/data_world.hpp"

using namespace mlo;
using namespace mlo::test;

TEST_CASE("what is ignored is not versioned and survives a checkout", "[data]") {
  DataWorld w;
  w.dir.write("d/a.csv", "1\n");
  w.dir.write("d/x.tmp", "t");
  w.dir.write("d/sub/y.tmp", "t");
  w.dir.write("d/.git/config", "g");
  w.dir.write("d/.mloignore", "*.tmp\n");
  CHECK(w.add({"d"}, true).datasets.at(0).manifest.files == 2);
  CHECK(w.status("d").state == DataState::unchanged);
  w.dir.write("d/b.csv", "2\n");
  w.add({"d"}, true);
  w.check_out("d@HEAD~1");
  CHECK_FALSE(w.exists("d/b.csv"));
  CHECK(w.read("d/sub/y.tmp") == "t");
}

TEST_CASE("a directory in which all is ignored is no part of the data", "[data]") {
  DataWorld w;
  w.dir.write("raw/a", "1");
  w.dir.write("raw/s/b", "2");
  w.dir.write("raw/.mloignore", "*.tmp\n");
  w.add({"raw"}, true);
  const std::string with_s = w.status("raw").manifest.tree.str();
  fs::remove_all(w.dir / "raw/s");
  w.add({"raw"}, true);
  const std::string without_s = w.status("raw").manifest.tree.str();
  w.check_out("raw@" + with_s);
  w.dir.write("raw/s/x.tmp", "");
  w.dir.write("raw/t/deep/x.tmp", "");
  w.check_out("raw@" + without_s);
  CHECK(w.exists("raw/s/x.tmp"));
  CHECK_FALSE(w.exists("raw/s/b"));
  CHECK(w.status("raw").state == DataState::unchanged);
  w.add({"raw"}, true);
  CHECK(w.status("raw").manifest.tree.str() == without_s);
  w.check_out("raw@" + with_s);
  CHECK(w.read("raw/s/b") == "2");
}

TEST_CASE("what is ignored today may be data of an older version", "[data]") {
  DataWorld w;
  w.dir.write("raw/a.tmp", "1");
  w.dir.write("raw/b", "2");
  w.add({"raw"}, true);
  const std::string first = "raw@" + w.status("raw").manifest.tree.str();
  w.dir.write("raw/.mloignore", "*.tmp\n");
  w.add({"raw"}, true);
  w.check_out(first);
  CHECK(w.read("raw/a.tmp") == "1");
  CHECK_FALSE(w.exists("raw/.mloignore"));
  w.dir.write("raw/.mloignore", "*.tmp\n");
  w.dir.write("raw/a.tmp", "kept nowhere");
  CHECK(kind_of([&] { w.check_out(first); }) == ErrorKind::conflict);
  CHECK(w.read("raw/a.tmp") == "kept nowhere");
  w.check_out(first, Overwrite::anything);
  CHECK(w.read("raw/a.tmp") == "1");
}

TEST_CASE("checkout brings a version back: files, modes, symlinks, empty directories", "[data]") {
  DataWorld w;
  w.dir.write("d/a", "1\n");
  w.dir.write("d/run.sh", "#!/bin/sh\n");
  REQUIRE(::chmod((w.dir / "d/run.sh").c_str(), 0755) == 0);
  fs::create_symlink("../a", w.dir / "d/link");
  fs::remove(w.dir / "d/link");
  fs::create_directories(w.dir / "d/empty/deep");
  fs::create_symlink("../a", w.dir / "d/empty/link");
  w.add({"d"}, true);
  fs::remove_all(w.dir / "d");
  const CheckoutReport report = w.check_out("d");
  CHECK(report.written == 3);
  CHECK(w.read("d/a") == "1\n");
  CHECK(find_stat(w.dir / "d/run.sh")->executable());
  CHECK(fs::read_symlink(w.dir / "d/empty/link") == "../a");
  CHECK(fs::is_directory(w.dir / "d/empty/deep"));
  CHECK(w.status("d").state == DataState::unchanged);
  CHECK_FALSE(w.check_out("d").changed());
}

TEST_CASE("checkout turns files into directories and back", "[data]") {
  DataWorld w;
  w.dir.write("d/x", "1\n");
  w.dir.write("d/y/z/w", "2\n");
  w.add({"d"}, true);
  fs::remove_all(w.dir / "d");
  w.dir.write("d/x/deep/f", "3\n");
  w.dir.write("d/y", "4\n");
  w.add({"d"}, true);
  w.check_out("d@HEAD~1");
  CHECK(w.read("d/x") == "1\n");
  CHECK(w.read("d/y/z/w") == "2\n");
  w.check_out("d@HEAD");
  CHECK(w.read("d/x/deep/f") == "3\n");
  CHECK(w.read("d/y") == "4\n");
}

TEST_CASE("unsaved changes are neither overwritten nor removed without force", "[data]") {
  DataWorld w;
  w.dir.write("d/a", "1\n");
  w.add({"d"}, true);
  w.dir.write("d/a", "precious\n");
  w.dir.write("d/b", "also\n");
  std::string message;
  CHECK(kind_of([&] { w.check_out("d"); }, &message) == ErrorKind::conflict);
  CHECK(message == "`d/a` has unsaved changes, and so has 1 more");
  CHECK(w.read("d/a") == "precious\n");
  CHECK(w.check_out("d", Overwrite::anything, Execution::dry_run).removed == 1);
  CHECK(w.read("d/b") == "also\n");
  w.check_out("d", Overwrite::anything);
  CHECK(w.read("d/a") == "1\n");
  CHECK_FALSE(w.exists("d/b"));
}

TEST_CASE("checkout needs every object before it touches a file", "[data]") {
  DataWorld w;
  w.dir.write("d/a", "1\n");
  w.dir.write("d/b", "2\n");
  w.add({"d"}, true);
  fs::remove_all(w.dir / "d");
  const fs::path object = *w.workspace->store().find_file_of(sha256("2\n"));
  fs::rename(object, w.dir / "kept");
  CHECK(kind_of([&] { w.check_out("d"); }) == ErrorKind::not_found);
  CHECK_FALSE(w.exists("d"));
  w.dir.write("kept", "3\n");
  fs::rename(w.dir / "kept", object);
  CHECK(kind_of([&] { w.check_out("d"); }) == ErrorKind::corrupt);
  CHECK_FALSE(w.exists("d/a"));
}

TEST_CASE("a symlink on the way to the data is never followed", "[data]") {
  DataWorld w;
  const test::TempDir outside;
  w.dir.write("p/d/sub/a", "1\n");
  w.add({"p/d"}, true);
  fs::remove_all(w.dir / "p/d/sub");
  fs::create_directory_symlink(outside.path(), w.dir / "p/d/sub");
  CHECK(kind_of([&] { w.check_out("p/d", Overwrite::anything); }) == ErrorKind::invalid);
  fs::remove_all(w.dir / "p");
  fs::create_directory_symlink(outside.path(), w.dir / "p");
  CHECK(kind_of([&] { w.check_out("p/d", Overwrite::anything); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { w.status("p/d"); }) == ErrorKind::conflict);
  CHECK(fs::is_empty(outside.path()));
}

TEST_CASE("a version whose symlink leads out of the data is refused", "[data]") {
  DataWorld w;
  DatasetManifest manifest;
  manifest.name = manifest.path = "d";
  manifest.directory = true;
  manifest.bytes = 4;
  manifest.files = 1;
  manifest.tree =
      w.workspace->store().put_tree({{TreeEntryKind::symlink, 4, w.workspace->store().put("/etc"), "link"}});
  CHECK(kind_of([&] { check_out_dataset(*w.workspace, manifest, Overwrite::anything, Execution::real); }) ==
        ErrorKind::corrupt);
  CHECK_FALSE(w.exists("d"));
}

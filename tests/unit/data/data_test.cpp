#include <sys/stat.h>

#include "lib/crypto/sha256.hpp"
#include "lib/data/add.hpp"
#include "lib/data/checkout.hpp"
#include "lib/data/datasets.hpp"
#include "lib/data/remove.hpp"
#include "lib/data/status.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

/// A git repository with `.mlo` and its commit.
struct DataWorld : test::TestWorld {
  std::optional<Workspace> workspace;

  DataWorld() {
    git_init();
    Workspace::init(world);
    sh("git add -A && git commit -qm mlo");
    workspace.emplace(Workspace::open(world));
  }
  AddReport add(std::vector<std::string> paths, bool commit = false) {
    return add_datasets(*workspace,
                        {.paths = std::move(paths), .name = {}, .source = {}, .message = {}, .commit = commit});
  }
  CheckoutReport check_out(std::string_view spec, Overwrite overwrite = Overwrite::saved_only,
                           Execution execution = Execution::real) {
    return check_out_dataset(*workspace, resolve_dataset(*workspace, spec), overwrite, execution);
  }
  DatasetStatus status(std::string_view name) {
    return data_status(*workspace, {load_dataset(*workspace, name)}).front();
  }
  std::string read(std::string_view path) { return read_file(dir / path); }
  bool exists(std::string_view path) { return find_stat(dir / path).has_value(); }
};

ErrorKind kind_of(const std::function<void()>& action, std::string* message = nullptr) {
  try {
    action();
  } catch (const Error& error) {
    if (message != nullptr) *message = error.message();
    return error.kind();
  }
  return ErrorKind::internal;
}

std::vector<std::string> listed(const std::vector<FileChange>& changes) {
  std::vector<std::string> out;
  for (const FileChange& change : changes) out.push_back(std::string(to_string(change.kind)) + " " + change.path);
  return out;
}

}  // namespace

TEST_CASE("adding a directory stores it, writes a manifest and a .gitignore line, and stages both", "[data]") {
  DataWorld w;
  w.dir.write("data/raw/a.csv", "1\n");
  w.dir.write("data/raw/sub/b.csv", "22\n");
  const AddReport report = w.add({"data/raw"});
  const DatasetManifest& manifest = report.datasets.at(0).manifest;
  CHECK(manifest.name == "data/raw");
  CHECK(manifest.directory);
  CHECK(manifest.files == 2);
  CHECK(manifest.bytes == 5);
  const Tree sub = {{TreeEntryKind::file, 3, sha256("22\n"), "b.csv"}};
  CHECK(manifest.tree == tree_id({{TreeEntryKind::file, 2, sha256("1\n"), "a.csv"},
                                  {TreeEntryKind::directory, 3, tree_id(sub), "sub"}}));
  CHECK(w.workspace->store().verify(sha256("22\n")));
  CHECK(w.read("data/.gitignore") == "/raw\n");
  CHECK(w.sh("git status --porcelain") == "A  .mlo/data/data/raw.yaml\nA  data/.gitignore\n");
  CHECK(w.status("data/raw").state == DataState::unchanged);
  CHECK_FALSE(w.add({"data/raw"}).datasets.at(0).changed());
}

TEST_CASE("a commit of data holds mlo's own files alone and a trailer, and leaves out what is staged", "[data]") {
  DataWorld w;
  w.dir.write("raw.csv", "1\n");
  w.dir.write("mine.txt", "mine\n");
  w.sh("git add mine.txt");
  const AddReport report = w.add({"raw.csv"}, true);
  REQUIRE(report.commit);
  CHECK(w.sh("git log -1 --format=%B").starts_with("data: add raw.csv\n\nMlo-Data: raw.csv sha256:"));
  CHECK(w.sh("git show --name-only --format= HEAD") == ".gitignore\n.mlo/data/raw.csv.yaml\n");
  CHECK(w.sh("git status --porcelain") == "A  mine.txt\n");
  CHECK_FALSE(w.add({"raw.csv"}, true).commit);
}

TEST_CASE("a file that git tracked leaves the index and stays on disk", "[data]") {
  DataWorld w;
  w.dir.write("raw.csv", "1\n");
  w.sh("git add raw.csv && git commit -qm raw");
  CHECK(w.add({"raw.csv"}, true).datasets.at(0).untracked == std::vector<std::string>{"raw.csv"});
  CHECK(w.read("raw.csv") == "1\n");
  CHECK(w.sh("git ls-files raw.csv").empty());
  CHECK(w.sh("git status --porcelain").empty());
}

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

TEST_CASE("status and diff name what was added, changed and removed", "[data]") {
  DataWorld w;
  for (const char* name : {"same", "changed", "gone", "touched"}) w.dir.write(std::string("d/") + name, "1\n");
  w.add({"d"}, true);
  w.dir.write("d/changed", "2\n");
  w.dir.write("d/new/file", "3\n");
  w.dir.write("d/touched", "1\n");
  fs::remove(w.dir / "d/gone");
  const DatasetStatus status = w.status("d");
  CHECK(status.state == DataState::modified);
  CHECK(listed(status.changes) == std::vector<std::string>{"changed changed", "removed gone", "added new/file"});
  fs::remove_all(w.dir / "d");
  CHECK(w.status("d").state == DataState::missing);
}

TEST_CASE("versions compare file by file without their data on disk", "[data]") {
  DataWorld w;
  w.dir.write("d/a", "1\n");
  w.dir.write("d/same/x", "1\n");
  w.add({"d"}, true);
  w.dir.write("d/a", "123\n");
  w.dir.write("d/b/c", "2\n");
  w.add({"d"}, true);
  const auto before = resolve_dataset(*w.workspace, "d@HEAD~1");
  const auto after = resolve_dataset(*w.workspace, "d");
  const auto changes = compare_versions(w.workspace->store(), &before, &after);
  CHECK(listed(changes) == std::vector<std::string>{"changed a", "added b/c"});
  const ChangeCounts counts = count_changes(changes);
  CHECK(counts.bytes_added == 6);
  CHECK(counts.bytes_removed == 2);
  CHECK(listed(compare_versions(w.workspace->store(), nullptr, &before)) ==
        std::vector<std::string>{"added a", "added same/x"});
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

TEST_CASE("a manifest cannot name a place that is not data's", "[data]") {
  DataWorld w;
  w.dir.write("d", "1\n");
  w.add({"d"});
  const std::string good = w.read(".mlo/data/d.yaml");
  for (const char* path :
       {"../d", "/etc", "a/../../d", ".git/hooks", "x/.GIT/y", ".mlo/config.yaml", ".mlo", "a//b", "."}) {
    w.dir.write(".mlo/data/d.yaml", replace_all(good, "path: d\n", std::string("path: ") + path + "\n"));
    INFO(path);
    CHECK(kind_of([&] { load_datasets(*w.workspace); }) == ErrorKind::invalid);
  }
  w.dir.write(".mlo/data/other.yaml", good);
  w.dir.write(".mlo/data/d.yaml", good);
  CHECK(kind_of([&] { load_datasets(*w.workspace); }) == ErrorKind::invalid);
}

TEST_CASE("what cannot be versioned is named", "[data]") {
  DataWorld w;
  w.dir.write("d/a", "1\n");
  REQUIRE(::mkfifo((w.dir / "d/fifo").c_str(), 0600) == 0);
  std::string message;
  CHECK(kind_of([&] { w.add({"d"}); }, &message) == ErrorKind::invalid);
  CHECK(message == "cannot version `d/fifo`: it is a named pipe");
  fs::remove(w.dir / "d/fifo");
  for (const char* target : {"/etc/passwd", "../outside", "sub/../../x"}) {
    fs::create_symlink(target, w.dir / "d/link");
    CHECK(kind_of([&] { w.add({"d"}); }) == ErrorKind::invalid);
    fs::remove(w.dir / "d/link");
  }
  CHECK(kind_of([&] { w.add({"none"}); }) == ErrorKind::not_found);
  CHECK(kind_of([&] { w.add({""}); }) == ErrorKind::usage);
  CHECK_FALSE(w.exists(".mlo/data/d.yaml"));
}

TEST_CASE("datasets do not overlap, and a name has one path", "[data]") {
  DataWorld w;
  w.dir.write("d/sub/a", "1\n");
  w.dir.write("d.x", "1\n");
  w.add({"d"});
  CHECK(kind_of([&] { w.add({"d/sub"}); }) == ErrorKind::invalid);
  CHECK(kind_of([&] { w.add({"d/sub/a"}); }) == ErrorKind::invalid);
  const auto add_as = [&](const char* path, const char* name) {
    add_datasets(*w.workspace, {.paths = {path}, .name = name, .source = {}, .message = {}, .commit = false});
  };
  CHECK(kind_of([&] { add_as("d.x", "d"); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { add_as("d", "other"); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { add_as("d.x", "status"); }) == ErrorKind::usage);
  CHECK(kind_of([&] { add_as("d.x", "../x"); }) == ErrorKind::invalid);
}

TEST_CASE("a name resolves by revision and by unique prefix", "[data]") {
  DataWorld w;
  w.dir.write("d", "1\n");
  w.add({"d"}, true);
  w.dir.write("d", "2\n");
  w.add({"d"}, true);
  CHECK(resolve_dataset(*w.workspace, "d").tree == sha256("2\n"));
  CHECK(resolve_dataset(*w.workspace, "d@HEAD~1").tree == sha256("1\n"));
  CHECK(resolve_dataset(*w.workspace, "d@" + sha256("1\n").brief()).tree == sha256("1\n"));
  CHECK(kind_of([&] { resolve_dataset(*w.workspace, "d@sha256:12"); }) == ErrorKind::usage);
  CHECK(kind_of([&] { resolve_dataset(*w.workspace, "d@sha256:000000"); }) == ErrorKind::not_found);
  CHECK(kind_of([&] { resolve_dataset(*w.workspace, "d@nowhere"); }) == ErrorKind::not_found);
  CHECK(kind_of([&] { resolve_dataset(*w.workspace, "d@HEAD~2"); }) == ErrorKind::not_found);
  CHECK(kind_of([&] { resolve_dataset(*w.workspace, "../../etc/passwd"); }) == ErrorKind::not_found);
}

TEST_CASE("history lists the versions, newest first, with their removal", "[data]") {
  DataWorld w;
  w.dir.write("d", "1\n");
  w.add({"d"}, true);
  w.sh("git commit -q --allow-empty -m unrelated");
  w.dir.write("d", "22\n");
  w.add({"d"}, true);
  remove_dataset(*w.workspace, "d", Files::remove, Overwrite::saved_only, Execution::real);
  w.sh("git commit -qm 'remove d'");
  const auto history = dataset_history(*w.workspace, "d");
  REQUIRE(history.size() == 3);
  CHECK_FALSE(history[0].manifest);
  CHECK(history[0].subject == "remove d");
  CHECK(history[1].manifest->bytes == 3);
  CHECK(history[2].manifest->tree == sha256("1\n"));
  CHECK(history[2].author == "Ada Tester");
  CHECK(kind_of([&] { dataset_history(*w.workspace, "never"); }) == ErrorKind::not_found);
}

TEST_CASE("removing takes data, manifest and ignore line away, but never what nothing could bring back", "[data]") {
  DataWorld w;
  w.dir.write("d/a", "1\n");
  w.add({"d"});
  const auto remove = [&](Files files, Execution execution = Execution::real) {
    return remove_dataset(*w.workspace, "d", files, Overwrite::saved_only, execution);
  };
  CHECK(kind_of([&] { remove(Files::remove); }) == ErrorKind::conflict);
  w.sh("git commit -qm add");
  w.dir.write("d/new", "unsaved\n");
  CHECK(kind_of([&] { remove(Files::remove); }) == ErrorKind::conflict);
  CHECK(w.exists("d/new"));
  fs::remove(w.dir / "d/new");
  CHECK(remove(Files::remove, Execution::dry_run).files_removed == 1);
  CHECK(w.exists("d/a"));
  CHECK(remove(Files::remove).files_removed == 1);
  CHECK_FALSE(w.exists("d"));
  CHECK_FALSE(w.exists(".mlo/data/d.yaml"));
  CHECK(w.sh("git status --porcelain") == "D  .gitignore\nD  .mlo/data/d.yaml\n");
  w.sh("git reset -q --hard");
  w.check_out("d");
  CHECK(remove(Files::keep).files_removed == 0);
  CHECK(w.read("d/a") == "1\n");
}

TEST_CASE("data whose trees are not here is unknown, not modified", "[data]") {
  DataWorld w;
  w.dir.write("d/a", "1\n");
  const Digest tree = w.add({"d"}).datasets.at(0).manifest.tree;
  fs::remove(*w.workspace->store().find_file_of(tree));
  CHECK(w.status("d").state == DataState::unknown);
}

TEST_CASE("an add that was cut before it staged is staged and committed by the next", "[data]") {
  DataWorld w;
  w.dir.write("d", "1\n");
  w.add({"d"});
  w.sh("git reset -q");
  REQUIRE(w.add({"d"}, true).commit);
  CHECK(w.sh("git status --porcelain").empty());
}

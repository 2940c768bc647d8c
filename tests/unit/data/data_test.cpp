#include <sys/stat.h>

#include "lib/crypto/sha256.hpp"
#include "lib/data/remove.hpp"
#include "lib/util/text.hpp"
#include "tests/unit/data/data_world.hpp"

using namespace mlo;
using namespace mlo::test;

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

TEST_CASE("a dataset that only another branch has resolves there", "[data]") {
  DataWorld w;
  w.sh("git commit -q --allow-empty -m start && git switch -q -c other");
  w.dir.write("d", "1\n");
  w.add({"d"}, true);
  w.sh("git switch -q -");
  REQUIRE_FALSE(find_dataset(*w.workspace, "d"));
  CHECK(resolve_dataset(*w.workspace, "d@other").tree == sha256("1\n"));
  CHECK(kind_of([&] { resolve_dataset(*w.workspace, "d"); }) == ErrorKind::not_found);
  CHECK(kind_of([&] { resolve_dataset(*w.workspace, "d@HEAD"); }) == ErrorKind::not_found);
  // What is not known here at all is the name, whatever the revision.
  CHECK_THROWS_WITH(resolve_dataset(*w.workspace, "e@nowhere"), "no dataset named `e`");
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

#include "lib/data/add.hpp"
#include "lib/data/datasets.hpp"
#include "tests/unit/pipeline/pipeline_project.hpp"

using namespace mlo;
using namespace mlo::test;
using Catch::Matchers::Contains;

namespace {

const std::string kReader = "stages: {count: {cmd: 'ls data | wc -l > n', deps: [data], outs: [n]}}";

Artifact input(const Project& p, const std::string& path) {
  for (const Artifact& found : p.last.inputs) {
    if (found.path == path) return found;
  }
  return {};
}

}  // namespace

TEST_CASE("a dataset's directory as a dependency has the dataset's id", "[pipeline]") {
  Project p(kReader, {{"data/a.csv", "1"}, {"data/sub/b.csv", "2"}, {"data/c.tmp", "3"}, {"data/.mloignore", "*.tmp"}});
  {
    Workspace workspace = p.open();
    add_datasets(workspace, {.paths = {"data"}, .name = {}, .source = {}, .message = {}, .commit = false});
  }
  CHECK(p.run() == "count ran");
  Workspace workspace = p.open();
  const DatasetManifest dataset = load_dataset(workspace, "data");
  CHECK(input(p, "data").id == dataset.tree);
  CHECK(input(p, "data").files == 3);
  CHECK(p.last.datasets.at("data") == dataset.tree.str());
}

TEST_CASE("what a .mloignore names is no part of a dependency, and a new rule is seen", "[pipeline]") {
  Project p(kReader, {{"data/a.csv", "1"}, {"data/c.tmp", "3"}, {".mloignore", "*.tmp"}});
  CHECK(p.run() == "count ran");
  p.write("data/c.tmp", "changed");
  CHECK(p.run() == "idle");
  p.write(".mloignore", "");
  CHECK_THAT(p.why(), Contains("dependency `data` changed"));
}

TEST_CASE("a .gitignore of mlo's own is no part of a dependency, one of the user is", "[pipeline]") {
  Project p(R"(stages:
  make: {cmd: echo 1 > data/made, deps: [in], outs: [data/made]}
  count: {cmd: 'ls data > n', deps: [data], outs: [n]}
)",
            {{"in", ""}, {"data/raw", "1"}});
  CHECK(p.run() == "count ran, make ran");
  CHECK(p.read("data/.gitignore") == "/made\n");
  CHECK(input(p, "data").files == 2);
  p.write("data/.gitignore", "/made\r\n");
  CHECK(p.why().empty());
  p.write("data/.gitignore", "/made\n*.swp\n");
  CHECK_THAT(p.why(), Contains("dependency `data` changed"));
}

TEST_CASE("a file to which a link in a dependency leads counts as that file", "[pipeline]") {
  Project p(kReader, {{"data/a.csv", "1"}, {"elsewhere/b.csv", "1"}});
  fs::create_symlink("../elsewhere/b.csv", p.world.dir / "data/b.csv");
  fs::create_symlink("a.csv", p.world.dir / "data/inner");
  CHECK(p.run() == "count ran");
  CHECK(input(p, "data").files == 3);
  CHECK(p.why().empty());
  p.write("elsewhere/b.csv", "2");
  CHECK_THAT(p.why(), Contains("dependency `data` changed"));
  CHECK(p.run() == "count ran");
  fs::remove(p.world.dir / "data/b.csv");
  p.write("data/b.csv", "2");
  CHECK(p.why().empty());
}

TEST_CASE("what a link in an output leads to is kept with it", "[pipeline]") {
  Project p("stages: {make: {cmd: 'mkdir out && ln -s ../v out/v && ln -s /nowhere out/w', deps: [v], outs: [out]}}",
            {{"v", "1"}});
  CHECK(p.run() == "make ran");
  fs::remove_all(p.world.dir / "out");
  CHECK(p.run() == "make cached");
  CHECK(p.read("out/v") == "1");
  CHECK_FALSE(fs::is_symlink(p.world.dir / "out/v"));
  CHECK(fs::is_symlink(p.world.dir / "out/w"));
}

TEST_CASE("any other link in a dependency is hashed as a link", "[pipeline]") {
  Project p(kReader, {{"data/a.csv", "1"}});
  fs::create_symlink("/nowhere/at/all", p.world.dir / "data/link");
  CHECK(p.run() == "count ran");
  CHECK(input(p, "data").files == 2);
  fs::create_directory_symlink(p.world.dir / "data", p.world.dir / "alias");
  p.write("mlo.yaml", "stages: {count: {cmd: 'ls alias > n', deps: [alias], outs: [n]}}");
  const Digest direct = input(p, "data").id;
  CHECK(p.run() == "count ran");
  CHECK(input(p, "alias").id == direct);
}

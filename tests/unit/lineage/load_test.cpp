#include "lib/crypto/sha256.hpp"
#include "lib/data/datasets.hpp"
#include "lib/lineage/lineage.hpp"
#include "lib/util/text.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using mlo::test::TestWorld;

namespace {

/// A repository in which `raw.csv` has two committed versions, and one published run that read the first.
struct TestHistory : TestWorld {
  Digest first, second;
  std::string run;

  TestHistory() {
    git_init();
    Workspace::init(world);
    Workspace workspace = Workspace::open(world);
    first = commit_version(workspace, "one");
    publish(workspace, first);
    second = commit_version(workspace, "two");
  }
  Digest commit_version(Workspace& workspace, const std::string& bytes) {
    DatasetManifest manifest;
    manifest.name = "raw";
    manifest.path = "raw.csv";
    manifest.tree = workspace.store().put(bytes);
    manifest.bytes = bytes.size();
    manifest.files = 1;
    dir.write(".mlo/data/raw.yaml", emit_dataset(manifest));
    sh("git add .mlo && git commit -qm " + bytes);
    return manifest.tree;
  }
  void publish(Workspace& workspace, const Digest& input) {
    RunRecord invocation = record("");
    run = invocation.id;
    RunRecord stage = record("train");
    stage.parent = run;
    stage.inputs = {{"raw.csv", input, false, 3, 1, true}};
    stage.outputs = {{"model", sha256("model"), false, 5, 1, true}};
    stage.datasets = {{"raw", input.str()}};
    invocation.inputs = stage.inputs;
    invocation.outputs = stage.outputs;
    RunStore(workspace).publish(invocation, {stage});
  }
  RunRecord record(const std::string& stage) {
    RunRecord out;
    out.started = clock.now();
    out.ended = clock.now();
    out.id = make_uuid7(out.started, rng);
    out.name = adjective_noun(out.id);
    out.stage = stage;
    out.status = RunStatus::finished;
    return out;
  }
  Lineage load(std::string_view name) {
    Workspace workspace = Workspace::open(world);
    return load_lineage(workspace, name);
  }
};

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::internal;
}

}  // namespace

TEST_CASE("a published run leads back to the version of the dataset it read, not to today's", "[lineage]") {
  TestHistory h;
  const Lineage up = narrow(h.load(h.run), {LineageDirection::up});
  CHECK(up.graph.nodes.contains("dataset:raw@" + h.first.str()));
  CHECK_FALSE(up.graph.nodes.contains("dataset:raw@" + h.second.str()));
  CHECK(up.graph.nodes.at("dataset:raw@" + h.first.str()).detail.find("commit ") != std::string::npos);
}

TEST_CASE("a dataset is named as it is now, by a revision or by its digest", "[lineage]") {
  TestHistory h;
  CHECK(h.load("raw").root == "dataset:raw@" + h.second.str());
  CHECK(h.load("raw@HEAD~1").root == "dataset:raw@" + h.first.str());
  CHECK(h.load("raw@" + h.first.brief()).root == "dataset:raw@" + h.first.str());
  CHECK(narrow(h.load("raw"), {LineageDirection::down}).graph.nodes.size() == 1);
  CHECK(narrow(h.load("raw@HEAD~1"), {LineageDirection::down}).graph.nodes.size() == 4);
}

TEST_CASE("a run is named by its id, a prefix or its name", "[lineage]") {
  TestHistory h;
  CHECK(h.load(h.run.substr(0, 14)).root == "run:" + h.run);
  CHECK(h.load(adjective_noun(h.run)).root == "run:" + h.run);
}

TEST_CASE("what is neither a dataset nor a run is said so", "[lineage]") {
  TestHistory h;
  for (const char* name : {"nothing", "raw@nowhere", "raw@sha256:ffff0000", "nothing@HEAD", "@", "../x"}) {
    CHECK(kind_of([&] { h.load(name); }) == ErrorKind::not_found);
  }
}

TEST_CASE("a dataset that is not committed yet has a lineage too", "[lineage]") {
  TestHistory h;
  h.dir.write(".mlo/data/new.yaml", replace_all(read_file(h.dir / ".mlo/data/raw.yaml"), "raw", "new"));
  const Lineage lineage = h.load("new");
  CHECK(lineage.graph.nodes.at(lineage.root).detail.find("not committed") != std::string::npos);
}

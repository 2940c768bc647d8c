#include "lib/lineage/lineage.hpp"

#include <set>

#include "lib/crypto/sha256.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

/// A history written in names: contents are the digests of their words, times count up.
struct TestHistory {
  LineageHistory history;
  std::int64_t clock = 981'173'106;
  std::map<std::pair<Digest, std::string>, Digest> trees;

  TestHistory() {
    history.find_in_tree = [this](const Digest& tree, const std::string& path) -> std::optional<Digest> {
      const auto it = trees.find({tree, path});
      return it == trees.end() ? std::nullopt : std::optional(it->second);
    };
  }
  static Artifact file(const std::string& path, const std::string& content) {
    return {path, sha256(content), false, 10, 1, true};
  }

  void dataset(const std::string& name, const std::string& path, const std::string& content, bool directory = false) {
    DatasetManifest manifest;
    manifest.name = name;
    manifest.path = path;
    manifest.tree = sha256(content);
    manifest.directory = directory;
    history.datasets.push_back({manifest, ""});
  }
  /// Opens a run; stages added next belong to it.
  RunRecord& run(const std::string& id, const std::vector<Artifact>& outputs = {}) {
    RunRecord record;
    record.id = id;
    record.name = "run-" + id;
    record.status = RunStatus::finished;
    record.started = UtcTime::from_seconds(++clock);
    record.code = {"git-sha1:" + std::string(40, id[0]), "main", false, {}};
    record.outputs = outputs;
    history.runs.push_back({record, "", false, ""});
    history.stages[id];
    return history.runs.back().record;
  }
  void stage(const std::string& name, const std::vector<Artifact>& inputs, const std::vector<Artifact>& outputs,
             const std::string& cached_from = {}) {
    RunRecord record;
    const std::string run = history.runs.back().record.id;
    record.id = run + "-" + name;
    record.stage = name;
    record.parent = run;
    record.status = cached_from.empty() ? RunStatus::finished : RunStatus::cached;
    record.started = UtcTime::from_seconds(++clock);
    record.code = history.runs.back().record.code;
    record.inputs = inputs;
    record.outputs = outputs;
    if (!cached_from.empty()) record.cached_from = cached_from;
    history.stages[run].push_back(record);
  }
  LineageGraph build() const { return build_lineage(history); }
};

Artifact file(const std::string& path, const std::string& content) { return TestHistory::file(path, content); }

std::string tree(const LineageGraph& graph, const std::string& root, LineageDirection direction) {
  const Lineage lineage = narrow({root, graph}, {direction});
  std::string out;
  for (const LineageRow& row : lineage_rows(lineage, direction, TreeGlyphs::ascii)) {
    out += fmt::format("{}{} {}{}\n", row.indent, to_string(row.node->kind),
                       row.node->name.substr(0, row.node->name.find('@')), row.repeated ? " ^" : "");
  }
  return out;
}

std::string dataset_node(const std::string& name, const std::string& content) {
  return "dataset:" + name + "@" + sha256(content).str();
}

/// raw -> prepare -> train -> evaluate, in one run `1`.
TestHistory pipeline_history() {
  TestHistory h;
  h.dataset("flights", "flights.csv", "raw");
  h.run("1", {file("prepared.csv", "prep"), file("model.pkl", "model"), file("scores.json", "scores")});
  h.stage("prepare", {file("flights.csv", "raw")}, {file("prepared.csv", "prep")});
  h.stage("train", {file("prepared.csv", "prep")}, {file("model.pkl", "model")});
  h.stage("evaluate", {file("model.pkl", "model"), file("prepared.csv", "prep")}, {file("scores.json", "scores")});
  return h;
}

}  // namespace

TEST_CASE("a run leads back through its stages to the raw data", "[lineage]") {
  CHECK(tree(pipeline_history().build(), "run:1", LineageDirection::up) ==
        "|- code 1111111\n"
        "`- stage evaluate\n"
        "   |- artifact model.pkl\n"
        "   |  `- stage train\n"
        "   |     `- artifact prepared.csv\n"
        "   |        `- stage prepare\n"
        "   |           `- dataset flights\n"
        "   `- artifact prepared.csv ^\n");
}

TEST_CASE("a dataset leads forward to everything made from it", "[lineage]") {
  CHECK(tree(pipeline_history().build(), dataset_node("flights", "raw"), LineageDirection::down) ==
        "`- stage prepare\n"
        "   `- artifact prepared.csv\n"
        "      |- stage evaluate\n"
        "      |  |- artifact scores.json\n"
        "      |  `- run run-1\n"
        "      `- stage train\n"
        "         `- artifact model.pkl\n"
        "            `- stage evaluate ^\n");
}

TEST_CASE("a cached stage stands for the one that did the work", "[lineage]") {
  TestHistory h = pipeline_history();
  h.run("2", {file("prepared.csv", "prep"), file("model.pkl", "model2")});
  h.stage("prepare", {file("flights.csv", "raw")}, {file("prepared.csv", "prep")}, "1-prepare");
  h.stage("train", {file("prepared.csv", "prep")}, {file("model.pkl", "model2")});
  const LineageGraph graph = h.build();
  CHECK_FALSE(graph.nodes.contains("stage:2-prepare"));
  CHECK(tree(graph, "run:2", LineageDirection::up) ==
        "|- code 2222222\n"
        "`- stage train\n"
        "   `- artifact prepared.csv\n"
        "      `- stage prepare\n"
        "         `- dataset flights\n");
  CHECK(graph.nodes.at("stage:1-prepare").run == "1");
}

TEST_CASE("a cached stage whose original is not known here stands for itself", "[lineage]") {
  TestHistory h;
  h.run("2", {file("out", "x")});
  h.stage("only", {}, {file("out", "x")}, "elsewhere");
  CHECK(h.build().nodes.contains("stage:2-only"));
}

TEST_CASE("records that name each other as their origin do not hang", "[lineage]") {
  TestHistory h;
  h.run("1", {file("o", "x")});
  h.stage("a", {}, {file("o", "x")}, "1-b");
  h.stage("b", {}, {file("o", "x")}, "1-a");
  CHECK(narrow({"run:1", h.build()}, {}).graph.nodes.size() >= 2);
}

TEST_CASE("a stage that was up to date is found by what it had written", "[lineage]") {
  TestHistory h = pipeline_history();
  h.run("2", {file("prepared.csv", "prep"), file("model.pkl", "model"), file("scores.json", "scores2")});
  h.stage("evaluate", {file("model.pkl", "model"), file("prepared.csv", "prep")}, {file("scores.json", "scores2")});
  CHECK(tree(h.build(), "run:2", LineageDirection::up).find("stage train\n") != std::string::npos);
  CHECK(tree(h.build(), "run:2", LineageDirection::up).find("dataset flights\n") != std::string::npos);
}

TEST_CASE("the same content written twice comes from the stage of the same run, not from another", "[lineage]") {
  TestHistory h;
  for (const char* id : {"1", "2", "3"}) {
    h.run(id, {file("a", "same"), file("b", id)});
    h.stage("make", {}, {file("a", "same")});
    h.stage("use", {file("a", "same")}, {file("b", id)});
  }
  const LineageGraph graph = h.build();
  CHECK(graph.causes("stage:2-use").size() == 2);
  CHECK(graph.causes("artifact:" + sha256("same").str() + "@2-make").front()->id == "stage:2-make");
  CHECK(graph.effects("artifact:" + sha256("same").str() + "@2-make").size() == 1);
}

TEST_CASE("nothing comes from what was written after it", "[lineage]") {
  TestHistory h;
  h.run("1", {file("b", "b")});
  h.stage("early", {file("a", "a")}, {file("b", "b")});
  h.run("2", {file("a", "a")});
  h.stage("late", {file("b", "b")}, {file("a", "a")});
  const LineageGraph graph = h.build();
  CHECK(tree(graph, "run:2", LineageDirection::up).find("early") != std::string::npos);
  CHECK(tree(graph, "run:1", LineageDirection::up).find("late") == std::string::npos);
}

TEST_CASE("a file of a dataset's directory comes from the version that holds it", "[lineage]") {
  TestHistory h;
  h.dataset("raw", "data/raw", "tree-1", true);
  h.dataset("raw", "data/raw", "tree-2", true);
  h.trees[{sha256("tree-1"), "x.csv"}] = sha256("x1");
  h.trees[{sha256("tree-2"), "x.csv"}] = sha256("x2");
  h.run("1", {file("o", "o")});
  h.stage("read", {file("data/raw/x.csv", "x2")}, {file("o", "o")});
  const LineageGraph graph = h.build();
  const auto causes = graph.causes(fmt::format("artifact:{}@raw@{}", sha256("x2").str(), sha256("tree-2").brief()));
  REQUIRE(causes.size() == 1);
  CHECK(causes[0]->id == dataset_node("raw", "tree-2"));
}

TEST_CASE("a file that did not change comes from the version of its dataset that the run recorded", "[lineage]") {
  TestHistory h;
  for (const std::string version : {"tree-1", "tree-2"}) {
    h.dataset("raw", "data/raw", version, true);
    h.trees[{sha256(version), "x.csv"}] = sha256("x");
  }
  for (const std::string run : {"1", "2"}) {
    h.run(run, {file("o", "o" + run)});
    h.stage("read", {file("data/raw/x.csv", "x")}, {file("o", "o" + run)});
    h.history.stages[run].back().datasets["raw"] = sha256("tree-" + run).str();
  }
  for (const std::string run : {"1", "2"}) {
    const Lineage up = narrow({"run:" + run, h.build()}, {LineageDirection::up});
    CHECK(up.graph.nodes.contains(dataset_node("raw", "tree-" + run)));
    CHECK_FALSE(up.graph.nodes.contains(dataset_node("raw", run == "1" ? "tree-2" : "tree-1")));
  }
  const Lineage down = narrow({dataset_node("raw", "tree-2"), h.build()}, {LineageDirection::down});
  CHECK(down.graph.nodes.contains("run:2"));
  CHECK_FALSE(down.graph.nodes.contains("run:1"));
}

TEST_CASE("a directory that holds a dataset comes from it", "[lineage]") {
  TestHistory h;
  h.dataset("x", "data/x.csv", "x");
  h.trees[{sha256("dir"), "x.csv"}] = sha256("x");
  h.run("1", {file("o", "o")});
  Artifact dir = file("data", "dir");
  dir.directory = true;
  h.stage("read", {dir}, {file("o", "o")});
  CHECK(tree(h.build(), "run:1", LineageDirection::up).find("dataset x\n") != std::string::npos);
}

TEST_CASE("a dataset that a stage wrote leads back to that stage, and a stage that copies it does not loop",
          "[lineage]") {
  TestHistory h;
  h.run("1", {file("made.csv", "d")});
  h.stage("make", {}, {file("made.csv", "d")});
  h.dataset("made", "made.csv", "d");
  h.run("2", {file("copy.csv", "d")});
  h.stage("copy", {file("made.csv", "d")}, {file("copy.csv", "d")});
  const LineageGraph graph = h.build();
  const auto causes = graph.causes(dataset_node("made", "d"));
  REQUIRE(causes.size() == 1);
  CHECK(causes[0]->id == "stage:1-make");
}

TEST_CASE("a stage that only copies the data is not skipped, though the content is the dataset's", "[lineage]") {
  TestHistory h;
  h.dataset("flights", "flights.csv", "raw");
  h.run("1", {file("copy.csv", "raw"), file("model", "m")});
  h.stage("copy", {file("flights.csv", "raw")}, {file("copy.csv", "raw")});
  h.stage("train", {file("copy.csv", "raw")}, {file("model", "m")});
  CHECK(tree(h.build(), "run:1", LineageDirection::up) ==
        "|- code 1111111\n"
        "`- stage train\n"
        "   `- artifact copy.csv\n"
        "      `- stage copy\n"
        "         `- dataset flights\n");
}

TEST_CASE("a run of one command is a step itself; what it logged counts as written", "[lineage]") {
  TestHistory h;
  h.dataset("d", "d.csv", "d");
  RunRecord& record = h.run("1", {file("out", "o")});
  record.inputs = {file("d.csv", "d")};
  record.artifacts = {file("plot.png", "p")};
  const LineageGraph graph = h.build();
  CHECK(tree(graph, "run:1", LineageDirection::up) == "|- code 1111111\n`- dataset d\n");
  CHECK(narrow({"run:1", graph}, {LineageDirection::down}).graph.nodes.size() == 3);
}

TEST_CASE("a run leads forward to its results and to what other runs made of them", "[lineage]") {
  TestHistory h = pipeline_history();
  h.run("2", {file("card.md", "card")});
  h.stage("card", {file("model.pkl", "model")}, {file("card.md", "card")});
  const std::string down = tree(h.build(), "run:1", LineageDirection::down);
  CHECK(down.find("artifact scores.json\n") != std::string::npos);
  CHECK(down.find("stage card\n") != std::string::npos);
  CHECK(down.find("prepared.csv") == std::string::npos);
}

TEST_CASE("depth counts steps from the root, in both directions", "[lineage]") {
  const LineageGraph graph = pipeline_history().build();
  CHECK(narrow({"run:1", graph}, {LineageDirection::up, 1}).graph.nodes.size() == 3);
  CHECK(narrow({"run:1", graph}, {LineageDirection::both, 0}).graph.nodes.size() == 1);
}

TEST_CASE("uncommitted code is another code", "[lineage]") {
  TestHistory h;
  h.run("1");
  RunRecord& dirty = h.run("1b");
  dirty.code.commit = h.history.runs[0].record.code.commit;
  dirty.code.dirty = true;
  dirty.code.tree = sha256("tree");
  const LineageGraph graph = h.build();
  CHECK(graph.causes("run:1").front()->id != graph.causes("run:1b").front()->id);
  CHECK(graph.causes("run:1b").front()->detail == "main, with uncommitted changes");
}

TEST_CASE("dot quotes what names could break", "[lineage]") {
  TestHistory h;
  RunRecord& record = h.run("1");
  record.name = "a\"; evil -> \\";
  const std::string dot = lineage_dot(narrow({"run:1", h.build()}, {}));
  CHECK(dot.find("label=\"run a\\\"; evil -> \\\\\"") != std::string::npos);
  CHECK(dot.starts_with("digraph lineage {\n"));
}

TEST_CASE("a directory that other stages filled comes from them, and a file of one from its writer", "[lineage]") {
  TestHistory h;
  const Artifact jan = TestHistory::file("prepared/01.csv", "jan"),
                 model = {"model", sha256("model"), true, 5, 2, true};
  const Artifact prepared = {"prepared", sha256("prepared"), true, 20, 2, true},
                 weights = TestHistory::file("model/weights", "weights");
  h.dataset("raw", "raw.csv", "raw");
  h.run("a", {jan, model, TestHistory::file("score", "score")});
  h.stage("prepare", {TestHistory::file("raw.csv", "raw")}, {jan});
  h.stage("train", {prepared}, {model});
  h.stage("evaluate", {weights}, {TestHistory::file("score", "score")});
  const LineageGraph graph = build_lineage(h.history);
  std::set<std::string> seen;
  const std::function<void(const std::string&)> up = [&](const std::string& id) {
    for (const LineageNode* cause : graph.causes(id)) {
      if (seen.insert(cause->name).second) up(cause->id);
    }
  };
  up("run:a");
  for (const char* name : {"evaluate", "model/weights", "model", "train", "prepared", "prepared/01.csv", "prepare"}) {
    INFO(name);
    CHECK(seen.contains(name));
  }
  CHECK(std::any_of(seen.begin(), seen.end(), [](const std::string& name) { return name.starts_with("raw@sha256:"); }));
}

#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/manifest/dataset.hpp"
#include "lib/manifest/model.hpp"
#include "lib/runs/run_store.hpp"

// What came from what, by content: pure functions from history to a graph.
namespace mlo {

enum class LineageKind { dataset, artifact, stage, run, code, model };
std::string_view to_string(LineageKind kind);

struct LineageNode {
  /// dataset:NAME@sha256:.. | artifact:sha256:..[@ID of the stage or run that wrote it, or the dataset versions it is a
  /// part of] | stage:ID | run:ID | code:COMMIT[+TREE]
  std::string id;
  LineageKind kind = LineageKind::artifact;
  std::string name;    ///< for people: flights@sha256:0123456789ab, prepared/train.csv, train, brave-otter, ab12cd3
  std::string detail;  ///< for people: the path, the time, the status
  std::string digest;  ///< content of a dataset or artifact: sha256:..
  std::string run;     ///< id of the run a stage belongs to, or of the run itself
};

/// `to` was made from `from`.
struct LineageEdge {
  std::string from, to;
  auto operator<=>(const LineageEdge&) const = default;
};

/// Every edge joins two of the nodes.
struct LineageGraph {
  LineageGraph() = default;
  /// `edges`: sorted, each once.
  LineageGraph(std::map<std::string, LineageNode> nodes, std::vector<LineageEdge> edges);

  std::map<std::string, LineageNode> nodes;  ///< by id
  std::vector<LineageEdge> edges;            ///< sorted, each once
  std::vector<std::size_t> by_effect;        ///< the edges by (to, from)

  std::vector<const LineageNode*> causes(const std::string& id) const;   ///< code first, then by kind and name
  std::vector<const LineageNode*> effects(const std::string& id) const;  ///< likewise
};

/// One version of a dataset, wherever it was seen.
struct DatasetFact {
  DatasetManifest manifest;
  std::string commit;  ///< hex of the first commit that has it; empty if not committed
};

/// One registered version of a model.
struct ModelFact {
  ModelManifest manifest;
  std::vector<std::string> stages;  ///< that it holds
};

/// What the graph is made of.
struct LineageHistory {
  std::vector<Run> runs;
  std::map<std::string, std::vector<RunRecord>> stages;  ///< by run id
  std::vector<DatasetFact> datasets;
  std::vector<ModelFact> models;
  /// What a path below a tree holds; nothing if it is not there or not known.
  std::function<std::optional<Digest>(const Digest& tree, const std::string& path)> find_in_tree;
};

/// A stage that was taken from the cache is the one that did the work. An input comes from the dataset version with its
/// content and path, else from whoever wrote that content: a stage of the same run, else the last one before,
/// preferably at the same path; else from a dataset version with its content anywhere. An input that is a part of a
/// dataset or of a stage's output, or holds one, comes from it. A run comes from its last stages.
/// A model comes from the output of its run, and from the data its scores were measured on.
LineageGraph build_lineage(const LineageHistory& history);

}  // namespace mlo

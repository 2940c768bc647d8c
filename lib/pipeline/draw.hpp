#pragma once
#include <string>
#include <vector>

#include "lib/pipeline/graph.hpp"

namespace mlo {

/// One line of the graph drawn as text: `depth` steps below a stage that nobody needs. A stage with several users
/// stands under each; what it needs is drawn once.
struct GraphLine {
  std::size_t depth = 0;
  StageIndex stage = 0;
  bool repeated = false;  ///< drawn above already, with what it needs
};
std::vector<GraphLine> draw_tree(const Graph& graph, const std::vector<StageIndex>& stages);

/// The same stages and edges for Graphviz and for Mermaid.
std::string draw_dot(const Graph& graph, const std::vector<StageIndex>& stages);
std::string draw_mermaid(const Graph& graph, const std::vector<StageIndex>& stages);

}  // namespace mlo

#include "lib/lineage/lineage.hpp"

#include <deque>
#include <set>

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

/// True for a run and the stages it executed itself.
bool is_own(const LineageNode& node, const std::string& run) { return !run.empty() && node.run == run; }

/// What they wrote and did not use up.
std::vector<const LineageNode*> results_of(const LineageGraph& graph, const std::string& run) {
  const auto own = [&](const LineageNode& node) { return is_own(node, run); };
  std::vector<const LineageNode*> out;
  for (const auto& [id, node] : graph.nodes) {
    if (!own(node)) continue;
    for (const LineageNode* result : graph.effects(id)) {
      if (result->kind == LineageKind::run) continue;
      const auto users = graph.effects(result->id);
      const bool internal = !users.empty() && std::all_of(users.begin(), users.end(),
                                                          [&](const LineageNode* user) { return own(*user); });
      if (!internal) out.push_back(result);
    }
  }
  return out;
}

std::vector<const LineageNode*> next_of(const LineageGraph& graph, const std::string& id, const std::string& root,
                                        bool up) {
  if (up) return graph.causes(id);
  return id == root && graph.nodes.at(id).kind == LineageKind::run ? results_of(graph, graph.nodes.at(id).run)
                                                                   : graph.effects(id);
}

void collect(const LineageGraph& whole, const std::string& root, int depth, bool up, std::set<std::string>& reached) {
  std::set<std::string> seen = {root};
  std::deque<std::pair<std::string, int>> queue = {{root, 0}};
  while (!queue.empty()) {
    const auto [id, steps] = queue.front();
    queue.pop_front();
    reached.insert(id);
    if (steps == depth) continue;
    if (!up && id == root) {
      for (const auto& [own, node] : whole.nodes) {
        if (is_own(node, whole.nodes.at(root).run)) reached.insert(own);
      }
    }
    for (const LineageNode* node : next_of(whole, id, root, up)) {
      if (seen.insert(node->id).second) queue.emplace_back(node->id, steps + 1);
    }
  }
}

}  // namespace

Lineage narrow(const Lineage& whole, const LineageScope& scope) {
  std::set<std::string> reached;
  if (scope.direction != LineageDirection::down) collect(whole.graph, whole.root, scope.depth, true, reached);
  if (scope.direction != LineageDirection::up) collect(whole.graph, whole.root, scope.depth, false, reached);
  std::map<std::string, LineageNode> nodes;
  for (const std::string& id : reached) nodes.emplace(id, whole.graph.nodes.at(id));
  std::vector<LineageEdge> edges;
  for (const LineageEdge& edge : whole.graph.edges) {
    if (reached.contains(edge.from) && reached.contains(edge.to)) edges.push_back(edge);
  }
  return {whole.root, LineageGraph(std::move(nodes), std::move(edges))};
}

std::vector<LineageRow> lineage_rows(const Lineage& lineage, LineageDirection direction, TreeGlyphs glyphs) {
  const bool fine = glyphs == TreeGlyphs::unicode;
  const std::string fork = fine ? "├─ " : "|- ", last = fine ? "└─ " : "`- ", bar = fine ? "│  " : "|  ";
  std::vector<LineageRow> rows;
  std::set<std::string> shown = {lineage.root};
  const std::function<void(const std::string&, const std::string&)> grow = [&](const std::string& id,
                                                                               const std::string& indent) {
    auto next = next_of(lineage.graph, id, lineage.root, direction == LineageDirection::up);
    if (id != lineage.root)
      std::erase_if(next, [](const LineageNode* node) { return node->kind == LineageKind::code; });
    for (const LineageNode* node : next) {
      const bool final = node == next.back();
      const bool fresh = shown.insert(node->id).second;
      const bool leaf = next_of(lineage.graph, node->id, lineage.root, direction == LineageDirection::up).empty();
      rows.push_back({indent + (final ? last : fork), node, !fresh && !leaf});
      if (fresh) grow(node->id, indent + (final ? "   " : bar));
    }
  };
  grow(lineage.root, "");
  return rows;
}

std::string lineage_dot(const Lineage& lineage) {
  const auto quoted = [](std::string_view text) {
    return "\"" + replace_all(replace_all(printable(text), "\\", "\\\\"), "\"", "\\\"") + "\"";
  };
  const auto shape = [](LineageKind kind) {
    switch (kind) {
      case LineageKind::dataset:
        return "cylinder";
      case LineageKind::artifact:
        return "note";
      case LineageKind::stage:
        return "box";
      case LineageKind::run:
        return "ellipse";
      case LineageKind::code:
        return "hexagon";
      case LineageKind::model:
        return "component";
    }
    return "plaintext";
  };
  std::string out = "digraph lineage {\n  rankdir=LR;\n";
  for (const auto& [id, node] : lineage.graph.nodes) {
    out += fmt::format("  {} [label={}, shape={}{}];\n", quoted(id),
                       quoted(fmt::format("{} {}", to_string(node.kind), node.name)), shape(node.kind),
                       id == lineage.root ? ", penwidth=2" : "");
  }
  for (const LineageEdge& edge : lineage.graph.edges)
    out += fmt::format("  {} -> {};\n", quoted(edge.from), quoted(edge.to));
  return out + "}\n";
}

}  // namespace mlo

#include "lib/lineage/graph.hpp"

#include <numeric>

namespace mlo {
namespace {

/// Code first, then by kind and name.
std::vector<const LineageNode*> by_name(std::vector<const LineageNode*> nodes) {
  std::sort(nodes.begin(), nodes.end(), [](const LineageNode* a, const LineageNode* b) {
    const bool a_last = a->kind != LineageKind::code, b_last = b->kind != LineageKind::code;
    return std::tie(a_last, a->kind, a->name, a->id) < std::tie(b_last, b->kind, b->name, b->id);
  });
  return nodes;
}

}  // namespace

std::string_view to_string(LineageKind kind) {
  switch (kind) {
    case LineageKind::dataset:
      return "dataset";
    case LineageKind::artifact:
      return "artifact";
    case LineageKind::stage:
      return "stage";
    case LineageKind::run:
      return "run";
    case LineageKind::code:
      return "code";
    case LineageKind::model:
      return "model";
  }
  return "";
}

LineageGraph::LineageGraph(std::map<std::string, LineageNode> nodes_in, std::vector<LineageEdge> edges_in)
    : nodes(std::move(nodes_in)), edges(std::move(edges_in)), by_effect(edges.size()) {
  std::iota(by_effect.begin(), by_effect.end(), std::size_t{0});
  std::stable_sort(by_effect.begin(), by_effect.end(),
                   [&](std::size_t a, std::size_t b) { return edges[a].to < edges[b].to; });
}

std::vector<const LineageNode*> LineageGraph::causes(const std::string& id) const {
  std::vector<const LineageNode*> out;
  auto it = std::lower_bound(by_effect.begin(), by_effect.end(), id,
                             [&](std::size_t edge, const std::string& to) { return edges[edge].to < to; });
  for (; it != by_effect.end() && edges[*it].to == id; ++it) out.push_back(&nodes.at(edges[*it].from));
  return by_name(std::move(out));
}

std::vector<const LineageNode*> LineageGraph::effects(const std::string& id) const {
  std::vector<const LineageNode*> out;
  const auto first = std::lower_bound(edges.begin(), edges.end(), LineageEdge{id, ""});
  for (auto it = first; it != edges.end() && it->from == id; ++it) out.push_back(&nodes.at(it->to));
  return by_name(std::move(out));
}

}  // namespace mlo

#include "lib/pipeline/draw.hpp"

#include <algorithm>

#include "lib/util/text.hpp"

namespace mlo {
namespace {

std::vector<bool> chosen(const Graph& graph, const std::vector<StageIndex>& stages) {
  std::vector<bool> out(graph.stages().size(), false);
  for (const StageIndex i : stages) out[i] = true;
  return out;
}

std::string dot_text(std::string_view name) {
  return "\"" + replace_all(replace_all(name, "\\", "\\\\"), "\"", "\\\"") + "\"";
}

}  // namespace

std::vector<GraphLine> draw_tree(const Graph& graph, const std::vector<StageIndex>& stages) {
  const std::vector<bool> wanted = chosen(graph, stages);
  std::vector<bool> drawn(graph.stages().size(), false);
  std::vector<GraphLine> lines, stack;
  for (auto it = stages.rbegin(); it != stages.rend(); ++it) {
    const auto& users = graph.downstream(*it);
    if (std::none_of(users.begin(), users.end(), [&](StageIndex user) { return wanted[user]; }))
      stack.push_back({0, *it, false});
  }
  while (!stack.empty()) {
    GraphLine line = stack.back();
    stack.pop_back();
    const auto& needs = graph.upstream(line.stage);
    line.repeated =
        drawn[line.stage] && std::any_of(needs.begin(), needs.end(), [&](StageIndex up) { return wanted[up]; });
    lines.push_back(line);
    if (drawn[line.stage]) continue;
    drawn[line.stage] = true;
    for (auto up = needs.rbegin(); up != needs.rend(); ++up) {
      if (wanted[*up]) stack.push_back({line.depth + 1, *up, false});
    }
  }
  return lines;
}

std::string draw_dot(const Graph& graph, const std::vector<StageIndex>& stages) {
  const std::vector<bool> wanted = chosen(graph, stages);
  std::string out = "digraph pipeline {\n  rankdir=LR;\n  node [shape=box];\n";
  for (const StageIndex i : stages) {
    out += fmt::format("  {};\n", dot_text(graph.stage(i).name));
    for (const StageIndex up : graph.upstream(i)) {
      if (wanted[up])
        out += fmt::format("  {} -> {};\n", dot_text(graph.stage(up).name), dot_text(graph.stage(i).name));
    }
  }
  return out + "}\n";
}

std::string draw_mermaid(const Graph& graph, const std::vector<StageIndex>& stages) {
  const std::vector<bool> wanted = chosen(graph, stages);
  std::string out = "flowchart LR\n";
  for (const StageIndex i : stages) {
    out += fmt::format("  s{}[\"{}\"]\n", i, replace_all(graph.stage(i).name, "\"", "#quot;"));
    for (const StageIndex up : graph.upstream(i)) {
      if (wanted[up]) out += fmt::format("  s{} --> s{}\n", up, i);
    }
  }
  return out;
}

}  // namespace mlo

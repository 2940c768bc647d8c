#include "lib/lineage/lineage.hpp"

#include "cli/command.hpp"
#include "cli/exit_code.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::string name;
  bool up = false, down = false, dot = false;
  std::int64_t depth = -1;
};

void declare(Args& args, Options& o) {
  args.positional(
      o.name, "NAME",
      "a dataset (NAME, NAME@sha256:PREFIX, NAME@REV), a model (NAME@VERSION, NAME@STAGE) or a run (id, prefix, name)");
  args.flag(o.up, "--up", "only what it came from");
  args.flag(o.down, "--down", "only what was made from it");
  args.option(o.depth, "--depth", "N", "go at most N steps from it");
  args.flag(o.dot, "--dot", "print the graph for Graphviz");
}

LineageDirection direction_of(const Options& o) {
  return o.up == o.down ? LineageDirection::both : o.up ? LineageDirection::up : LineageDirection::down;
}

Value to_value(const Lineage& lineage) {
  Value nodes = Value::array(), edges = Value::array();
  for (const auto& [id, node] : lineage.graph.nodes) {
    Value entry = Value::object()
                      .set("id", id)
                      .set("kind", to_string(node.kind))
                      .set("name", node.name)
                      .set("detail", node.detail);
    if (!node.digest.empty()) entry.set("digest", node.digest);
    if (!node.run.empty()) entry.set("run", node.run);
    nodes.push(std::move(entry));
  }
  for (const LineageEdge& edge : lineage.graph.edges)
    edges.push(Value::object().set("from", edge.from).set("to", edge.to));
  return Value::object().set("root", lineage.root).set("nodes", std::move(nodes)).set("edges", std::move(edges));
}

std::vector<Table::Cell> describe(const LineageNode& node) {
  const bool plain = node.kind == LineageKind::artifact;
  return {{plain ? "" : fmt::format("{} ", to_string(node.kind)), Style::dim},
          {node.name, node.kind == LineageKind::artifact ? Style::plain : Style::name},
          {node.detail.empty() ? "" : fmt::format("  {}", node.detail), Style::dim}};
}

void print_tree(Page& page, const Lineage& whole, const Options& o, int depth, LineageDirection direction) {
  const Lineage part = narrow(whole, {direction, depth});
  const auto rows = lineage_rows(part, direction, page.utf8() ? TreeGlyphs::unicode : TreeGlyphs::ascii);
  const bool up = direction == LineageDirection::up;
  if (rows.empty() && o.up != o.down)
    page.line(up ? "came from nothing that is recorded" : "nothing recorded was made from it");
  if (rows.empty()) return;
  page.line({{up ? "came from" : "made from it", Style::bold}});
  for (const LineageRow& row : rows) {
    std::vector<Table::Cell> cells = {{row.indent, Style::dim}};
    for (Table::Cell& cell : describe(*row.node)) cells.push_back(std::move(cell));
    if (row.repeated) cells.push_back({"  (see above)", Style::dim});
    page.line(cells);
  }
}

int run(Context& ctx, const Options& o) {
  if (o.depth < -1) throw Error(ErrorKind::usage, "`--depth` cannot be negative");
  const int depth =
      o.depth < 0 ? LineageScope{}.depth : static_cast<int>(std::min<std::int64_t>(o.depth, LineageScope{}.depth));
  const Lineage whole = load_lineage(ctx.workspace(), o.name);
  const LineageScope scope{direction_of(o), depth};
  if (o.dot) {
    ctx.print_raw(lineage_dot(narrow(whole, scope)));
    return exit_code::ok;
  }
  ctx.print([&] { return to_value(narrow(whole, scope)); },
            [&](Page& page) {
              page.line(describe(whole.graph.nodes.at(whole.root)));
              if (scope.direction != LineageDirection::down) print_tree(page, whole, o, depth, LineageDirection::up);
              if (scope.direction != LineageDirection::up) print_tree(page, whole, o, depth, LineageDirection::down);
            });
  return exit_code::ok;
}

}  // namespace

Command lineage() {
  CommandInfo info;
  info.path = "lineage";
  info.summary = "show what a dataset, run or model came from and what was made from it";
  info.description =
      "Follows content, not names: run records say by digest what each stage read and wrote, and manifests in git say "
      "which digests are versions of which dataset. A stage that was taken from the cache is shown as the run that did "
      "the "
      "work.\n\n"
      "In the tree, `(see above)` marks what already has its branches further up. --json gives the graph: nodes, and "
      "edges "
      "from cause to effect.";
  info.examples = {{"mlo lineage brave-otter --up", "from a run back to raw data and code"},
                   {"mlo lineage flights@HEAD~3 --down", "everything made from an older version"},
                   {"mlo lineage delay@prod --up", "the model in production, back to raw data"},
                   {"mlo lineage flights --dot | dot -Tsvg > lineage.svg", "a picture"}};
  return make_command<Options>(std::move(info), declare, run);
}

}  // namespace mlo::cli

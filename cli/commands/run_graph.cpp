#include "cli/command.hpp"
#include "lib/pipeline/draw.hpp"
#include "lib/pipeline/pipeline.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> targets;
  bool dot = false, mermaid = false;
};

void declare(Args& args, Options& o) {
  args.flag(o.dot, "--dot", "for Graphviz");
  args.flag(o.mermaid, "--mermaid", "for Mermaid, which Markdown on many forges draws");
  args.positional(o.targets, "STAGE", Args::Many::zero_or_more, "only these stages and all they need");
}

Value graph_value(const Graph& graph, const std::vector<StageIndex>& stages) {
  Value list = Value::array();
  for (const StageIndex i : stages) {
    const Stage& stage = graph.stage(i);
    Value needs = Value::array(), deps = Value::array(), outs = Value::array();
    for (const StageIndex up : graph.upstream(i)) needs.push(graph.stage(up).name);
    for (const std::string& dep : stage.deps) deps.push(dep);
    for (const Output& output : stage.outputs) outs.push(output.path);
    Value item = Value::object();
    item.set("stage", stage.name).set("description", stage.description).set("needs", std::move(needs));
    list.push(std::move(item.set("deps", std::move(deps)).set("outs", std::move(outs))));
  }
  return Value::object().set("stages", std::move(list));
}

void print_tree(const Graph& graph, const std::vector<StageIndex>& stages, Page& page) {
  for (const GraphLine& line : draw_tree(graph, stages)) {
    const Stage& stage = graph.stage(line.stage);
    const std::string indent = line.depth == 0 ? "" : std::string((line.depth - 1) * 3, ' ') + "<- ";
    page.line({{indent, Style::dim},
               {stage.name, Style::name},
               {line.repeated ? " .." : "", Style::dim},
               {line.repeated || stage.description.empty() ? "" : "  " + stage.description, Style::dim}});
  }
}

int run(Context& ctx, const Options& o) {
  if (o.dot && o.mermaid) throw Error(ErrorKind::usage, "`--dot` and `--mermaid` exclude each other");
  const Pipeline pipeline(ctx.workspace());
  const Graph& graph = pipeline.graph();
  const std::vector<StageIndex> stages = pipeline.select(o.targets);
  if (o.dot || o.mermaid) {
    ctx.print_raw(o.dot ? draw_dot(graph, stages) : draw_mermaid(graph, stages));
  } else {
    ctx.print([&] { return graph_value(graph, stages); }, [&](Page& page) { print_tree(graph, stages, page); });
  }
  return 0;
}

}  // namespace

Command run_graph() {
  return make_command<Options>(
      {"run graph",
       "draw which stage needs which",
       "As a tree that starts at the stages nobody needs; `..` marks a stage whose needs are drawn further up. Edges "
       "come from paths: a dependency equal to, "
       "inside or around an output.",
       {{"mlo run graph", "the whole pipeline"}, {"mlo run graph --dot | dot -Tsvg > graph.svg", "as a picture"}},
       {}},
      declare, run);
}

}  // namespace mlo::cli

#include "lib/pipeline/graph.hpp"

#include "lib/pipeline/expand.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

Graph graph(const std::string& text) {
  const test::TempDir dir;
  ParamFiles params(dir.path());
  return Graph(expand(parse_pipeline(text, "mlo.yaml"), params, {}), "mlo.yaml");
}

std::string error(const std::string& text) {
  try {
    graph(text);
  } catch (const Error& e) {
    return e.message();
  }
  return "accepted";
}

std::string names(const Graph& g, const std::vector<StageIndex>& stages) {
  std::string out;
  for (const StageIndex i : stages) out += (out.empty() ? "" : " ") + g.stage(i).name;
  return out;
}

const std::string kChain = R"(stages:
  report: {cmd: x, deps: [models, metrics.json]}
  train: {cmd: x, deps: [data/clean/train.csv], params: [lr], outs: [models/m.pkl], metrics: [metrics.json]}
  prepare: {cmd: x, deps: [data/raw], outs: [data/clean]}
  alone: {cmd: x, deps: [data], outs: [z]}
)";

}  // namespace

TEST_CASE("a dependency equal to, inside or around an output makes an edge", "[pipeline]") {
  const Graph g = graph(kChain);
  CHECK(names(g, g.upstream(0)) == "train");    // around models/m.pkl, and equal to metrics.json
  CHECK(names(g, g.upstream(1)) == "prepare");  // inside data/clean
  CHECK(names(g, g.upstream(2)).empty());
  CHECK(names(g, g.upstream(3)) == "prepare");  // around data/clean
  CHECK(names(g, g.downstream(2)) == "train alone");
  CHECK(names(g, g.order()) == "prepare train report alone");
}

TEST_CASE("names that only begin alike are not inside each other", "[pipeline]") {
  const Graph g = graph("stages: {a: {cmd: x, outs: [data]}, b: {cmd: x, deps: [data2, dat], outs: [data-b, data.c]}}");
  CHECK(g.upstream(1).empty());
}

TEST_CASE("a params file that a stage writes makes an edge", "[pipeline]") {
  const Graph g = graph("stages: {a: {cmd: x, outs: [tuned.yaml]}, b: {cmd: x, params: [{tuned.yaml: [lr]}]}}");
  CHECK(names(g, g.upstream(1)) == "a");
}

TEST_CASE("targets are stages, groups and outputs, with all they need", "[pipeline]") {
  const Graph g = graph(kChain + "  each: {foreach: [1, 2], do: {cmd: x, deps: [z], outs: ['e${item}']}}\n");
  CHECK(names(g, g.select({"train"})) == "prepare train");
  CHECK(names(g, g.select({"models/m.pkl"})) == "prepare train");
  CHECK(names(g, g.select({"each"})) == "prepare alone each@1 each@2");
  CHECK(names(g, g.select({"each@2"})) == "prepare alone each@2");
  CHECK(names(g, g.named({"each", "train"})) == "train each@1 each@2");
  CHECK(g.select({}).size() == 6);
  CHECK_THROWS_WITH(g.select({"trian"}), Contains("no stage or output named `trian`"));
}

TEST_CASE("a frozen stage needs nobody", "[pipeline]") {
  const Graph g = graph(
      "stages: {a: {cmd: x, outs: [o]}, b: {cmd: x, deps: [o], outs: [p], frozen: true}, c: {cmd: x, deps: [p]}}");
  CHECK(names(g, g.select({"c"})) == "b c");
}

TEST_CASE("a circle is named in order", "[pipeline]") {
  CHECK_THAT(error("stages:\n  d: {cmd: x, outs: [w]}\n  a: {cmd: x, deps: [z, w], outs: [x]}\n  b: {cmd: x, deps: "
                   "[x], outs: [y]}\n"
                   "  c: {cmd: x, deps: [y], outs: [z]}\n"),
             StartsWith("mlo.yaml:3:") && Contains("in a circle: `a` -> `b` -> `c` -> `a`"));
  CHECK_THAT(error("stages: {a: {cmd: x, deps: [o], outs: [o]}}"), Contains("depends on its own output: `o`"));
  CHECK_THAT(error("stages: {a: {cmd: x, deps: [d], outs: [d/o]}}"), Contains("depends on its own output"));
}

TEST_CASE("two stages never write one place", "[pipeline]") {
  CHECK_THAT(error("stages: {a: {cmd: x, outs: [o]}, b: {cmd: x, metrics: [o]}}"),
             Contains("`a` and `b` both write `o`"));
  CHECK_THAT(error("stages: {a: {cmd: x, outs: [d/e/f]}, b: {cmd: x, outs: [d]}}"),
             Contains("`d/e/f` of stage `a` lies inside output `d` of stage `b`"));
  CHECK_THAT(error("stages: {a: {cmd: x, outs: [d, d/e]}}"), Contains("lies inside"));
}

TEST_CASE("a chain of ten thousand stages is ordered without recursion", "[pipeline]") {
  std::vector<Stage> stages(10'000);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    stages[i].name = "s" + std::to_string(i);
    stages[i].commands = {"x"};
    stages[i].deps = {"o" + std::to_string(i + 1)};
    stages[i].outputs = {{"o" + std::to_string(i)}};
  }
  const Graph g(std::move(stages), "mlo.yaml");
  CHECK(g.stage(g.order().front()).name == "s9999");
  CHECK(g.select({"s0"}).size() == 10'000);
}

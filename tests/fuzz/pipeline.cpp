#include "lib/pipeline/expand.hpp"
#include "lib/pipeline/graph.hpp"
#include "lib/pipeline/metrics_file.hpp"
#include "lib/pipeline/spec.hpp"
#include "tests/fuzz/fuzz.hpp"

MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  if (bytes.empty()) return;
  const auto text = bytes.substr(1);
  if (bytes[0] == 'm') {
    parse_metrics(text, "metrics.json");
    return;
  }
  ParamFiles none("/nonexistent");
  auto stages = expand(parse_pipeline(text, bytes[0] == 'd' ? "dvc.yaml" : "mlo.yaml"), none, {});
  for (const auto& stage : stages) {
    for (const auto& out : stage.outputs) fuzz::require(is_safe_relative(out.path));
  }
  const Graph graph(std::move(stages), "mlo.yaml");
}

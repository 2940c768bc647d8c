#include <set>

#include "lib/codec/json.hpp"
#include "lib/pipeline/expand.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;

namespace {

/// What mlo accepts and DVC does not, each for a reason that expand.hpp gives.
const std::set<std::string> kMore = {"a list in a command", "matrix of lists", "vars that agree",
                                     "flags from variables", "a date"};

/// A stage in the form that tests/golden/dvc/expand.py writes.
Value facts(const Stage& stage) {
  Value commands = Value::array(), deps = Value::array(), params = Value::array(), outs = Value::array();
  for (const std::string& line : stage.commands) commands.push(line);
  for (const std::string& path : stage.deps) deps.push(path);
  for (const ParamRef& ref : stage.params) params.push(Value::array().push(ref.file).push(ref.key));
  for (const Output& o : stage.outputs) {
    const char* kind = o.kind == OutputKind::metric ? "metric" : o.kind == OutputKind::plot ? "plot" : "out";
    outs.push(Value::object().set("path", o.path).set("kind", kind).set("cache", o.cache).set("persist", o.persist));
  }
  return Value::object()
      .set("name", stage.name)
      .set("commands", std::move(commands))
      .set("wdir", stage.wdir)
      .set("deps", std::move(deps))
      .set("params", std::move(params))
      .set("outs", std::move(outs))
      .set("frozen", stage.frozen)
      .set("always_changed", stage.always_changed);
}

std::string expand_case(const Value& files) {
  test::TempDir dir;
  for (const auto& [path, text] : files.members()) dir.write(path, text.as_string());
  try {
    ParamFiles params(dir.path());
    const PipelineSpec spec = parse_pipeline(files.find("dvc.yaml")->as_string(), "dvc.yaml");
    std::vector<Stage> stages = expand(spec, params, {});
    std::sort(stages.begin(), stages.end(), [](const Stage& a, const Stage& b) { return a.name < b.name; });
    Value out = Value::array();
    for (const Stage& stage : stages) out.push(facts(stage));
    return emit_json(out);
  } catch (const Error& error) {
    return "refused: " + error.message();
  }
}

}  // namespace

TEST_CASE("a dvc.yaml means the same stages to mlo as to DVC", "[pipeline]") {
  const Value golden = parse_json(read_file("tests/golden/dvc/expected.json"), "expected.json");
  REQUIRE(golden.find("cases")->items().size() > 30);
  for (const Value& one : golden.find("cases")->items()) {
    const std::string name = one.find("name")->as_string();
    INFO(name);
    const std::string ours = expand_case(*one.find("files"));
    if (const Value* stages = one.find("stages")) {
      CHECK(ours == emit_json(*stages));
    } else {
      CHECK(ours.starts_with("refused: ") != kMore.contains(name));
    }
  }
}

#include "lib/pipeline/expand.hpp"

#include "lib/codec/yaml.hpp"
#include "lib/pipeline/interpolate.hpp"
#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

struct Files {
  test::TempDir dir;
  Environment env{{"HOME", "/home/ada"}};
  std::vector<Stage> expand(const std::string& text, const std::string& file = "mlo.yaml") {
    ParamFiles params(dir.path());
    return mlo::expand(parse_pipeline(text, file), params, env);
  }
  std::string error(const std::string& text, const std::string& file = "mlo.yaml") {
    try {
      expand(text, file);
    } catch (const Error& e) {
      return e.message();
    }
    return "accepted";
  }
};

std::string names(const std::vector<Stage>& stages) {
  std::string out;
  for (const Stage& stage : stages) out += (out.empty() ? "" : " ") + stage.name;
  return out;
}

std::string command(const std::string& vars, const std::string& cmd) {
  const Value scope = parse_yaml(vars, "vars", YamlDialect::user);
  return interpolate(Value(cmd), Scope{scope}, "mlo.yaml", Place::command).as_string();
}

}  // namespace

TEST_CASE("variables in `vars` are refused with their place, as in DVC", "[pipeline]") {
  Files f;
  CHECK(f.error("vars:\n  - {a: '${b}', b: c}\nstages: {s: {cmd: 'echo ${a}'}}\n", "dvc.yaml") ==
        "dvc.yaml:2:9: `vars` cannot use variables: `${b}` in `a`");
  CHECK(f.error("vars: [{a: {b: [1, 'x ${c}']}}]\nstages: {s: {cmd: echo}}\n") ==
        "mlo.yaml:1:20: `vars` cannot use variables: `x ${c}` in `a.b`");
  CHECK(f.error("stages: {s: {cmd: echo, vars: [{'${b}': 1}]}}\n").find("`vars` cannot use variables: `${b}`") !=
        std::string::npos);
  CHECK(f.expand("vars: [{a: '\\${b}'}]\nstages: {s: {cmd: 'echo ${a}'}}\n").size() == 1);
}

TEST_CASE("a stage is read with every list sorted and every path from the root", "[pipeline]") {
  Files files;
  const Stage stage = files.expand(R"(stages:
  train:
    cmd: |
      echo one
      echo two
    wdir: sub
    deps: [b, ../a, b]
    params: [lr, {other.json: [x, a.b]}, {whole.yaml: }]
    outs: [model.pkl, {keep: {persist: true, cache: false, desc: why}}]
    metrics: [{m.json: {cache: false}}]
    plots: [{p.csv: {x: step, y: loss}}]
    env: {N: 1, FLAG: true, HOME: , NONE: }
    timeout: 1.5m
    retries: 2
    resources: {cpu: 2, mem: 1GiB, log: unlimited}
    mutex: [gpu-box, db, db]
    frozen: true
    always_changed: true
    desc: about
)")[0];
  CHECK(stage.commands == std::vector<std::string>{"echo one", "echo two"});
  CHECK(stage.wdir == "sub");
  CHECK(stage.deps == std::vector<std::string>{"a", "sub/b"});
  const std::vector<ParamRef> params = {
      {"sub/other.json", "a.b"}, {"sub/other.json", "x"}, {"sub/params.yaml", "lr"}, {"sub/whole.yaml", ""}};
  CHECK(stage.params == params);
  REQUIRE(stage.outputs.size() == 4);
  CHECK(stage.outputs[0].path == "sub/keep");
  CHECK((stage.outputs[0].persist && !stage.outputs[0].cache));
  CHECK((stage.outputs[1].kind == OutputKind::metric && !stage.outputs[1].cache));
  CHECK((stage.outputs[2].path == "sub/model.pkl" && stage.outputs[2].cache));
  CHECK(stage.outputs[3].kind == OutputKind::plot);
  CHECK(stage.env == std::map<std::string, std::string>{{"FLAG", "true"}, {"HOME", "/home/ada"}, {"N", "1"}});
  CHECK(stage.timeout == std::chrono::seconds(90));
  CHECK(stage.retries.limit == 2);
  CHECK(
      stage.resources ==
      Resources().set(Resource::cpu, 2000).set(Resource::mem, std::uint64_t{1} << 30U).set(Resource::log, kUnlimited));
  CHECK(stage.mutexes == std::vector<std::string>{"db", "gpu-box"});
  CHECK((stage.frozen && stage.always_changed && stage.description == "about"));
}

TEST_CASE("dvc.yaml keeps mlo's extras under meta.mlo and everything of DVC's own", "[pipeline]") {
  Files files;
  const std::string text = R"(vars: []
stages:
  a:
    cmd: echo
    outs: [{o: {remote: r, push: false, type: model, labels: [x], meta: {k: v}}}]
    meta: {anything: 1, mlo: {timeout: 5, env: {A: b}, resources: {gpu: 1}, mutex: m}}
plots: [{p.csv: {x: a, y: b}}]
artifacts: {m: {path: o, type: model}}
datasets: [{name: d, type: dvc, url: x}]
params: [params.yaml]
metrics: [m.json]
)";
  const Stage stage = files.expand(text, "dvc.yaml")[0];
  CHECK(stage.timeout == std::chrono::seconds(5));
  CHECK(stage.env.at("A") == "b");
  CHECK(stage.resources.find(Resource::gpu) == 1);
  CHECK(stage.mutexes == std::vector<std::string>{"m"});
  CHECK_THAT(files.error("stages:\n  a:\n    cmd: x\n    timeout: 5\n", "dvc.yaml"),
             StartsWith("dvc.yaml:4:14: ") && Contains("`timeout`"));
  CHECK_THAT(files.error("stages:\n  a:\n    cmd: x\n    meta: {mlo: {tmeout: 5}}\n", "dvc.yaml"),
             Contains("tmeout") && Contains("timeout"));
}

TEST_CASE("resources and mutexes that mean nothing are refused where they stand", "[pipeline]") {
  Files files;
  const auto error = [&](const std::string& extra) {
    return files.error("stages:\n  a:\n    cmd: x\n    " + extra + "\n");
  };
  CHECK_THAT(error("resources: {mem: big}"), StartsWith("mlo.yaml:4:22: ") && Contains("`mem`"));
  CHECK_THAT(error("resources: {memory: 1GiB}"), Contains("`memory`"));
  CHECK_THAT(error("resources: 3"), Contains("resources"));
  CHECK_THAT(error("mutex: ../x"), Contains("`../x`"));
  CHECK_THAT(error("mutex: {a: 1}"), Contains("mutex"));
  CHECK_THAT(error("mutex: [a, b, c, d, e, f, g, h, i]"), Contains("at most 8"));
  CHECK_THAT(files.error("stages:\n  a:\n    cmd: x\n    mutex: m\n", "dvc.yaml"), Contains("mutex"));
}

TEST_CASE("foreach names its stages by key, by value, or by index if an item is composite", "[pipeline]") {
  Files files;
  CHECK(names(files.expand("stages: {s: {foreach: [a, 2, 0.5, true], do: {cmd: 'echo ${item}'}}}")) ==
        "s@a s@2 s@0.5 s@true");
  const auto keyed =
      files.expand("stages: {s: {foreach: {us: {lr: 1}, uk: {lr: 2}}, do: {cmd: 'echo ${key} ${item.lr}'}}}");
  CHECK(names(keyed) == "s@us s@uk");
  CHECK(keyed[1].commands[0] == "echo uk 2");
  CHECK(names(files.expand("stages: {s: {foreach: [{x: 1}, b], do: {cmd: 'echo'}}}")) == "s@0 s@1");
  CHECK(names(files.expand("stages: {s: {foreach: [a, a], do: {cmd: 'echo'}}}")) == "s@a");
  CHECK(files.expand("stages: {s: {foreach: [], do: {cmd: 'echo'}}}").empty());
  CHECK_THAT(files.error("stages: {s: {foreach: 3, do: {cmd: echo}}}"),
             Contains("must be a list or a mapping, not integer"));
  CHECK_THAT(files.error("stages: {s: {foreach: [a]}}"), Contains("`do`"));
  CHECK_THAT(files.error("stages: {s: {foreach: [a], do: {cmd: 'echo ${key}'}}}"),
             Contains("unknown variable `${key}`"));
}

TEST_CASE("matrix makes every combination, the last axis fastest", "[pipeline]") {
  Files files;
  files.dir.write("params.yaml", "seeds: [1, 2]\n");
  const auto stages = files.expand(
      "stages: {t: {matrix: {model: [cnn, {deep: 1}], seed: '${seeds}'}, cmd: 'run ${item.seed} ${key}', outs: "
      "['o/${key}']}}");
  CHECK(names(stages) == "t@cnn-1 t@cnn-2 t@model1-1 t@model1-2");
  CHECK(stages[3].commands[0] == "run 2 model1-2");
  CHECK(stages[3].outputs[0].path == "o/model1-2");
  CHECK_THAT(files.error("stages: {t: {matrix: {a: '${seeds[0]}'}, cmd: x}}"), Contains("axis `a`"));
  std::string many = "[0";
  for (int i = 1; i < 100; ++i) many += "," + std::to_string(i);
  CHECK_THAT(files.error("stages: {t: {matrix: {a: " + many + "], b: " + many + "], c: " + many + "]}, cmd: x}}"),
             Contains("more than 200,000 stages"));
}

TEST_CASE("a mapping in a command becomes flags, quoted for the shell", "[pipeline]") {
  const std::string vars =
      "d: {lr: 0.1, name: a b, on: true, off: false, layers: [1, x y], deep: {k: 1e-05}, none: null}\nlist: [a, 'b "
      "c']\n";
  CHECK(command(vars, "t ${d}") == "t --lr 0.1 --name 'a b' --on --layers 1 'x y' --deep.k 1e-05 --none None");
  CHECK(command(vars, "t ${list} end") == "t a 'b c' end");
  CHECK(command(vars, "${d.on} ${d.deep.k} ${list[1]} ${ d.lr }") == "true 1e-05 b c 0.1");
  CHECK(command(vars, R"(echo \${d} $HOME ${d.lr})") == "echo ${d} $HOME 0.1");
  CHECK(command("a: 1.0\nb: 1e16\nc: 100000.0\nd: 1e-4\n", "${a} ${b} ${c} ${d}") == "1.0 1e+16 100000.0 0.0001");
}

TEST_CASE("interpolation that cannot work says where and what was meant", "[pipeline]") {
  Files files;
  files.dir.write("params.yaml", "train: {lr: 1, epochs: 2}\n");
  const auto stage = [](const std::string& cmd) { return "stages:\n  a:\n    cmd: " + cmd + "\n"; };
  CHECK_THAT(files.error(stage("echo ${train.epoch}")),
             StartsWith("mlo.yaml:3:10: ") && Contains("did you mean `train.epochs`?"));
  CHECK_THAT(files.error(stage("echo ${trian}")), Contains("did you mean `train`?"));
  CHECK_THAT(files.error(stage("echo ${train")), Contains("without `}`"));
  CHECK_THAT(files.error(stage("echo ${}")), Contains("names no variable"));
  CHECK_THAT(files.error(stage("echo ${train.lr.x}")), Contains("unknown variable"));
  CHECK_THAT(files.error("stages:\n  a:\n    cmd: x\n    desc: see ${train}\n"), Contains("cannot stand inside text"));
}

TEST_CASE("variables come from params.yaml, from files and inline, and may not contradict each other", "[pipeline]") {
  Files files;
  files.dir.write("params.yaml", "a: {x: 1}\n");
  files.dir.write("v.json", R"({"b": 2, "c": 3})");
  const auto cmd = [&](const std::string& vars, const std::string& use) {
    return files.expand("vars: " + vars + "\nstages: {s: {cmd: 'echo " + use + "'}}")[0].commands[0];
  };
  CHECK(cmd("[v.json, {a: {y: 4}}]", "${a.x} ${a.y} ${b} ${c}") == "echo 1 4 2 3");
  CHECK(cmd("['v.json:c', params.yaml]", "${a.x} ${c}") == "echo 1 3");
  CHECK(files.expand("stages: {s: {vars: [{only: here}], cmd: 'echo ${only} ${a.x}'}}")[0].commands[0] ==
        "echo here 1");
  CHECK_THAT(files.error("vars: ['v.json:c']\nstages: {s: {cmd: 'echo ${b}'}}"), Contains("unknown variable"));
  CHECK_THAT(files.error("vars: [{a: {x: 2}}]\n"), Contains("`a.x` is defined twice"));
  CHECK_THAT(files.error("vars: [none.yaml]\n"), Contains("no variables file `none.yaml`"));
  CHECK_THAT(files.error("vars: ['v.json:q']\n"), Contains("no `q` in variables file"));
  CHECK_THAT(files.error("vars: [v.toml]\n"), Contains("v.toml"));
  CHECK_THAT(files.error("vars: [3]\n"), StartsWith("mlo.yaml:1:8: "));
}

TEST_CASE("a hostile pipeline is refused with its place", "[pipeline]") {
  Files files;
  const auto stage = [&](const std::string& body) {
    return files.error("stages:\n  a:\n    cmd: x\n    " + body + "\n");
  };
  CHECK_THAT(stage("outs: [../../etc/passwd]"), StartsWith("mlo.yaml:4:12: ") && Contains("leaves the repository"));
  CHECK_THAT(stage("outs: [/etc/passwd]"), Contains("is absolute"));
  CHECK_THAT(stage("outs: [.git/hooks/pre-commit]"), Contains("cannot be a path"));
  CHECK_THAT(stage("outs: [.mlo/config.yaml]"), Contains("cannot be a path"));
  CHECK_THAT(stage("outs: ['']"), Contains("empty"));
  CHECK_THAT(stage("outs: [.]"), Contains("whole repository"));
  CHECK_THAT(stage("deps: [.mlo/features/weather.yaml]"), !Contains("cannot be a path"));  // people wrote that
  CHECK_THAT(stage("deps: [.mlo/local/index.sqlite]"), Contains("cannot be a path"));
  CHECK_THAT(stage("outs: [.mlo/features]"), Contains("cannot be a path"));
  CHECK_THAT(stage("outs: [x, x]"), Contains("twice"));
  CHECK_THAT(stage("outs: {x: 1}"), Contains("must be a list"));
  CHECK_THAT(stage("outs: [{x: {cahce: true}}]"), Contains("cahce") && Contains("cache"));
  CHECK_THAT(stage("outs: [{x: {cache: maybe}}]"), Contains("cache"));
  CHECK_THAT(stage("deps: ['s3://bucket/x']"), Contains("is remote"));
  CHECK_THAT(stage("deps: [[x]]"), Contains("must be text"));
  CHECK_THAT(stage("wdir: ../.."), Contains("leaves the repository"));
  CHECK_THAT(stage("env: {'A=B': c}"), Contains("environment variable"));
  CHECK_THAT(stage("timeout: soon"), Contains("cannot read the timeout"));
  CHECK_THAT(stage("timeout: -1"), Contains("cannot read the timeout"));
  CHECK_THAT(stage("retries: 1000"), Contains("from 0 to 100"));
  CHECK_THAT(stage("retries: {limit: -1}"), Contains("from 0 to 100"));
  CHECK_THAT(stage("retries: {delay: 1s}"), Contains("limit"));
  CHECK_THAT(stage("retries: {limit: 1, delay: soon}"), Contains("cannot read the delay `soon`"));
  CHECK_THAT(stage("retries: {limit: 1, backoff: 0.5}"), Contains("from 1 to 100"));
  CHECK_THAT(stage("retries: {limit: 1, exit_codes: 3}"), Contains("must be a list"));
  CHECK_THAT(stage("retries: {limit: 1, exit_codes: [0]}"), Contains("from 1 to 255"));
  CHECK_THAT(stage("retries: {limit: 1, jitter: 1}"), Contains("jitter"));
  CHECK_THAT(stage("depz: [x]"), StartsWith("mlo.yaml:4:11: ") && Contains("did you mean `deps`"));
  CHECK_THAT(files.error("stages: {'a/b': {cmd: x}}"), Contains("stage name"));
  CHECK_THAT(files.error("stages: {a: {deps: [x]}}"), Contains("`cmd`"));
  CHECK_THAT(files.error("stages: {a: {cmd: ''}}"), Contains("is empty"));
  CHECK_THAT(files.error("stages: {a: {cmd: {x: 1}}}"), Contains("`cmd`"));
  CHECK_THAT(files.error("stages: [a]"), Contains("mlo.yaml:1:9"));
  CHECK_THAT(files.error("stagez: {}"), Contains("did you mean `stages`"));
  CHECK_THAT(files.error("mlo: pipeline/2\n"), Contains("pipeline/1"));
  CHECK_THAT(files.error("stages: {s: {foreach: ['a//b'], do: {cmd: x}}}"), Contains("name of a stage"));
  CHECK_THAT(files.error("stages: {a: {cmd: " + std::string(200, '[') + std::string(200, ']') + "}}"),
             Contains("nest") || Contains("deep"));
  CHECK(files.expand("").empty());
}

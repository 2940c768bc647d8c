#include "lib/pipeline/param_files.hpp"

#include <cmath>

#include "tests/support/test.hpp"
#include "tests/support/test_world.hpp"

using namespace mlo;
using Catch::Matchers::Contains;

namespace {

const char* const kYaml = R"(# the model
train:
  lr: 0.1   # careful
  name: "a, b"   # quoted
  layers: [1, 2, 3]
  opt: {kind: adam, beta: 0.9}
  text: plain words, with a comma
  block: |
    two
    lines
flag: true
ünïcode: {ä: 1, b: 2}
)";

std::string set(const std::string& key, const Value& value) { return set_param(kYaml, "params.yaml", key, value); }

std::string changed(const std::string& from, const std::string& to) {
  std::string text = kYaml;
  text.replace(text.find(from), from.size(), to);
  return text;
}

}  // namespace

TEST_CASE("setting a parameter changes its own bytes and no others", "[pipeline]") {
  CHECK(set("train.lr", Value(0.25)) == changed("0.1 ", "0.25 "));
  CHECK(set("train.name", Value("c")) == changed("\"a, b\"", "c"));
  CHECK(set("train.layers", Value(Value::Array{Value(4)})) == changed("[1, 2, 3]", "[4]"));
  CHECK(set("train.layers.1", Value(7)) == changed("1, 2, 3", "1, 7, 3"));
  CHECK(set("train.opt.kind", Value("sgd")) == changed("adam", "sgd"));
  CHECK(set("train.opt.beta", Value(1)) == changed("0.9", "1"));
  CHECK(set("train.text", Value("x")) == changed("plain words, with a comma", "x"));
  CHECK(set("flag", Value(false)) == changed("true", "false"));
  CHECK(set("flag", Value("yes")).find("flag: \"yes\"\n") != std::string::npos);
  CHECK(set("ünïcode.b", Value(3)) == changed("b: 2}", "b: 3}"));
  CHECK(set_param("{\n  \"a\": {\"b\": \"x,y\", \"c\": 1}\n}\n", "p.json", "a.c", Value("t")) ==
        "{\n  \"a\": {\"b\": \"x,y\", \"c\": \"t\"}\n}\n");
  CHECK(set_param(R"({"a": NaN, "b": Infinity})", "p.json", "b", Value(1)) == R"({"a": NaN, "b": 1})");
  CHECK(set_param(R"({"a": NaN, "b": [1]})", "p.json", "b", Value(Value::Array{Value(-INFINITY)})) ==
        R"({"a": NaN, "b": [-Infinity]})");
  CHECK(set_param("a: 1\r\nb: 2\r\n", "p.yaml", "a", Value(5)) == "a: 5\r\nb: 2\r\n");
}

TEST_CASE("an empty value is filled in", "[pipeline]") {
  const std::string text = "nul:\na: 1\nb: {c: , d: 3}\ne:   # see: there\n\n# and: there\nn:\n  x:\n  y: 2\nf:";
  const auto with = [&](const std::string& key, const std::string& from, const std::string& to) {
    std::string expected = text;
    expected.replace(expected.find(from), from.size(), to);
    CHECK(set_param(text, "p.yaml", key, Value(3)) == expected);
  };
  with("nul", "nul:", "nul: 3");
  with("b.c", "c: ,", "c: 3,");
  with("e", "e:   #", "e: 3   #");
  with("n.x", "x:", "x: 3");
  with("f", "\nf:", "\nf: 3");
  CHECK(set_param("a: ~\nb: null\n", "p.yaml", "a", Value(3)) == "a: 3\nb: null\n");
  CHECK(set_param("a:\r\nb: 1\r\n", "p.yaml", "a", Value("x")) == "a: x\r\nb: 1\r\n");
}

TEST_CASE("a parameter that cannot be set by its bytes is refused", "[pipeline]") {
  CHECK_THROWS_WITH(set("train.block", Value(1)),
                    Contains("params.yaml:8:") && Contains("not a plain one-line scalar"));
  CHECK_THROWS_WITH(set("train", Value(1)), Contains("not a plain one-line scalar"));
  CHECK_THROWS_WITH(set("train.lrr", Value(1)), Contains("no parameter `train.lrr`"));
  CHECK_THROWS_WITH(set("", Value(1)), Contains("no parameter"));
  CHECK_THROWS_WITH(set_param("a: &x 1\nb: *x\n", "p.yaml", "a", Value(2)), Contains("not a plain one-line scalar"));
  CHECK(set_param("a: &x 1\nb: *x\n", "p.yaml", "b", Value(2)) == "a: &x 1\nb: 2\n");
}

TEST_CASE("an override names a key, or a file and a key, and a YAML value", "[pipeline]") {
  const ParamOverride plain = parse_override("train.lr=0.5", "params.yaml");
  CHECK((plain.file == "params.yaml" && plain.key == "train.lr" && plain.value == Value(0.5)));
  const ParamOverride other = parse_override("conf/a.json:b=x=y", "params.yaml");
  CHECK((other.file == "conf/a.json" && other.key == "b" && other.value == Value("x=y")));
  CHECK(parse_override("a=[1, 2]", "p").value == Value(Value::Array{Value(1), Value(2)}));
  CHECK(parse_override("a=", "p").value.is_null());
  CHECK_THROWS_WITH(parse_override("lr", "p"), Contains("expected KEY=VALUE"));
  CHECK_THROWS_WITH(parse_override("=1", "p"), Contains("expected KEY=VALUE"));
  CHECK_THROWS_WITH(parse_override("a=[1", "p"), Contains("cannot read parameter"));
}

TEST_CASE("overrides change all their files or none, and an equal value changes nothing", "[pipeline]") {
  const test::TempDir dir;
  dir.write("params.yaml", "a: 1 # one\nb: 2\n");
  dir.write("o.json", R"({"c": 3})");
  const auto apply = [&](std::vector<std::string> typed) {
    std::vector<ParamOverride> overrides;
    for (const std::string& t : typed) overrides.push_back(parse_override(t, "params.yaml"));
    return apply_overrides(dir.path(), overrides);
  };
  CHECK_THROWS_AS(apply({"a=9", "o.json:d=1"}), Error);
  CHECK(read_file(dir / "params.yaml") == "a: 1 # one\nb: 2\n");
  CHECK(apply({"a=1", "b=2"}).empty());
  CHECK(apply({"a=5", "b=6", "o.json:c=7"}) ==
        std::map<std::string, std::string>{{"o.json", R"({"c": 3})"}, {"params.yaml", "a: 1 # one\nb: 2\n"}});
  CHECK(read_file(dir / "params.yaml") == "a: 5 # one\nb: 6\n");
  CHECK(read_file(dir / "o.json") == R"({"c": 7})");
  CHECK_THROWS_WITH(apply({"none.yaml:a=1"}), Contains("no parameter file `none.yaml`"));
}

TEST_CASE("an override goes to the file that a link leads to, which keeps its mode", "[pipeline]") {
  const test::TempDir dir;
  dir.write("base.yaml", "a: 1\n");
  fs::permissions(dir / "base.yaml", fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("base.yaml", dir / "params.yaml");
  CHECK(apply_overrides(dir.path(), {parse_override("a=2", "params.yaml")}).size() == 1);
  CHECK(read_file(dir / "base.yaml") == "a: 2\n");
  CHECK(fs::is_symlink(dir / "params.yaml"));
  CHECK((find_stat(dir / "base.yaml")->mode & 0777U) == 0600);
}

TEST_CASE("kinds of parameter files that are not read say so", "[pipeline]") {
  const test::TempDir dir;
  dir.write("p.toml", "a = 1\n");
  dir.write("list.yaml", "[1]\n");
  dir.write("empty.yaml", "");
  ParamFiles files(dir.path());
  CHECK_THROWS_WITH(files.find("p.toml"), Contains("not a .yaml, .yml or .json file"));
  CHECK_THROWS_WITH(files.find("list.yaml"), Contains("list.yaml:1:1: parameters must be a mapping"));
  CHECK(files.find("empty.yaml")->members().empty());
  CHECK(files.find("none.yaml") == nullptr);
  CHECK_THROWS_WITH(files.load("none.yaml", "stage `a`"), Contains("which stage `a` names"));
}

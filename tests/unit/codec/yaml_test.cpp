#include "lib/codec/yaml.hpp"

#include <cmath>

#include "lib/codec/json.hpp"
#include "lib/codec/reader.hpp"
#include "lib/codec/yaml_quick.hpp"
#include "tests/support/test.hpp"

using namespace mlo;

namespace {

Value user(std::string_view text) { return parse_yaml(text, "f.yaml", YamlDialect::user); }
std::string json(const Value& value) { return emit_json(value, JsonStyle::compact); }

std::string failure(std::string_view text, YamlDialect dialect) {
  try {
    parse_yaml(text, "f.yaml", dialect);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::invalid);
    return error.message();
  }
  return "";
}

}  // namespace

TEST_CASE("plain scalars mean what the core schema says", "[codec]") {
  CHECK(json(user(
            "[1, -2, 0x10, 0o17, 1_000, true, False, null, ~, yes, 1.5, .5, 1e3, 1e-05, sha256:ab, '7', \"x\\n\"]")) ==
        R"([1,-2,16,15,1000,true,false,null,null,"yes",1.5,0.5,1000.0,1e-05,"sha256:ab","7","x\n"])");
  CHECK(std::isnan(user(".nan").as_number()));
  CHECK(user("-.inf").as_number() == -INFINITY);
  CHECK(user("9223372036854775808").is(Value::Type::real));
  CHECK(user("").is_null());
}

TEST_CASE("values carry their place in the text", "[codec]") {
  const Value root = user("a:\n  b: [1, two]\n");
  const Value& two = root.find("a")->find("b")->items()[1];
  CHECK(two.mark().line == 2);
  CHECK(two.mark().column == 10);
}

TEST_CASE("merge keys and anchors work for users, explicit keys win", "[codec]") {
  CHECK(json(user("base: &b {x: 1, y: 2}\nmore:\n  <<: *b\n  y: 3\n")) ==
        R"({"base":{"x":1,"y":2},"more":{"y":3,"x":1}})");
  CHECK(failure("base: &b {x: 1}\nmore:\n  <<: *b\n", YamlDialect::manifest).find("<<") != std::string::npos);
}

TEST_CASE("what YAML readers disagree about is refused in manifests", "[codec]") {
  for (const char* text :
       {"yes",  "Off",  "0777",  "1_000", ".5",         "5.",  "+1",    "~",     "True", "NULL",
        "0x1f", "-0x_", "12:30", "1:5.5", "2001-01-01", "1e3", "1.2.3", "0b1_0", "0X1F", "2001-02-03T04:05:06Z"}) {
    INFO(text);
    CHECK(failure(std::string("a: ") + text, YamlDialect::manifest).starts_with("f.yaml:1:4: "));
    CHECK(parse_yaml(std::string("a: \"") + text + '"', "f", YamlDialect::manifest).find("a")->as_string() == text);
  }
  CHECK(parse_yaml("a: [1, -2.5, 1.0e-05, true, null, plain text, sha256:00]", "f", YamlDialect::manifest)
            .find("a")
            ->items()
            .size() == 7);
}

TEST_CASE("what every YAML reader takes for a string needs no quotes", "[codec]") {
  for (const char* text : {"7d", "30d", "6h", "90s", "15m", "2b", "7e", "3abc", "12ab90", "7 d", "1.5d", "-3d"}) {
    INFO(text);
    for (const auto dialect : {YamlDialect::manifest, YamlDialect::user})
      CHECK(parse_yaml(std::string("a: ") + text, "f", dialect).find("a")->as_string() == text);
  }
}

TEST_CASE("malformed and hostile YAML is one line with its place", "[codec]") {
  CHECK(failure("a: [1\n", YamlDialect::user).starts_with("f.yaml:"));
  CHECK(failure("a: 1\nb: 2\na: 3\n", YamlDialect::user) == "f.yaml:3:1: duplicate key `a`");
  CHECK(failure("? [1, 2]\n: 3\n", YamlDialect::user).find("a key must be") != std::string::npos);
  CHECK(failure("a: !!python/object/apply:os.system [x]\n", YamlDialect::user).find("unknown tag") !=
        std::string::npos);
  CHECK(failure("a: &x [*x]\n", YamlDialect::user).starts_with("f.yaml:1:"));
  CHECK(failure(std::string(5000, '['), YamlDialect::user).starts_with("f.yaml:"));
  CHECK(failure("a: 1\n---\nb: 2\n", YamlDialect::user).find("more than one") != std::string::npos);
  CHECK(failure("a: \xff\n", YamlDialect::user).find("UTF-8") != std::string::npos);
  CHECK(failure(std::string("a: b\0c: d\n", 10), YamlDialect::user).find("NUL") != std::string::npos);
  CHECK(failure("a: \"x\\0y\"\n", YamlDialect::user).find("NUL") != std::string::npos);
  CHECK(failure(std::string(200, '[') + std::string(200, ']'), YamlDialect::user).find("nested deeper") !=
        std::string::npos);
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 9; ++i) {
    bomb += fmt::format("a{}: &a{} [", i, i);
    for (int j = 0; j < 10; ++j) bomb += fmt::format("*a{},", i - 1);
    bomb += "]\n";
  }
  CHECK(failure(bomb, YamlDialect::user).find("nodes") != std::string::npos);
}

TEST_CASE("what a merge left unresolved says so", "[codec]") {
  for (const YamlDialect dialect : {YamlDialect::user, YamlDialect::manifest}) {
    CHECK(failure("a: 1\nb:\n<<<<<<< HEAD\n  c: 1\n=======\n  c: 2\n>>>>>>> other\n", dialect) ==
          "f.yaml:3:1: a merge is not resolved here: conflict markers");
    CHECK(failure("a: 1\n<<<<<<< HEAD\nb", dialect).find("merge") == std::string::npos);
  }
  CHECK(user("a: |\n  <<<<<<< HEAD\n  >>>>>>> other\n").find("a")->is(Value::Type::string));
}

TEST_CASE("the canonical form is pinned", "[codec]") {
  Value v;
  v.set("mlo", "dataset/1")
      .set("path", "data/raw")
      .set("yes", "no")
      .set("n", 3)
      .set("rate", 0.1)
      .set("one", 1.0)
      .set("tiny", 1e-05);
  v.set("nan", NAN).set("none", nullptr).set("empty", Value::array()).set("map", Value::object());
  v.set("list", Value::Array{Value("a b"), Value("2001-01-01"),
                             Value(Value::Object{{"k", Value(1)}, {"l", Value(Value::Array{Value(2)})}}),
                             Value(Value::Array{Value(true)})});
  v.set("text", "one\ntwo\n").set("cut", "one\ntwo").set("odd", " lead\t\x01").set("colon", "a: b").set("end", "a:");
  CHECK(emit_yaml(v) ==
        "mlo: dataset/1\npath: data/raw\n\"yes\": \"no\"\n\"n\": 3\nrate: 0.1\none: 1.0\ntiny: 1.0e-05\nnan: "
        ".nan\nnone: null\nempty: []\n"
        "map: {}\nlist:\n  - a b\n  - \"2001-01-01\"\n  - k: 1\n    l:\n      - 2\n  -\n    - true\ntext: |\n  one\n  "
        "two\n"
        "cut: |-\n  one\n  two\nodd: \" lead\\t\\x01\"\ncolon: \"a: b\"\nend: \"a:\"\n");
}

TEST_CASE("the canonical form reads back equal in both dialects", "[codec]") {
  const std::vector<std::string> words = {"",
                                          " ",
                                          "a",
                                          "yes",
                                          "1",
                                          "1.0",
                                          ".5",
                                          "~",
                                          "a#b",
                                          "a #b",
                                          "- x",
                                          "x:",
                                          "x: y",
                                          "\n",
                                          "a\n",
                                          "a\n\nb\n",
                                          "\na",
                                          "a\n\n",
                                          " a\nb",
                                          "a \nb",
                                          "'q'",
                                          "\"",
                                          "\\",
                                          "\xC2\x85",
                                          "\xE2\x80\xA8",
                                          "\xEF\xBB\xBFx",
                                          "\xF0\x9F\x98\x80",
                                          "\t",
                                          "a\tb",
                                          "%x",
                                          "@x",
                                          "`x",
                                          "|",
                                          ">",
                                          "!x",
                                          "&x",
                                          "*x",
                                          "? x",
                                          "[x",
                                          "{x",
                                          "x,y",
                                          "x]y",
                                          "null",
                                          "0x",
                                          "1e3",
                                          "1:2",
                                          "\x7f",
                                          "--- x",
                                          "...",
                                          "a\r\nb",
                                          "Infinity"};
  for (const auto& word : words) {
    INFO(word);
    for (const YamlDialect dialect : {YamlDialect::manifest, YamlDialect::user}) {
      const Value in_list(Value::Array{Value(word), Value(Value::Array{Value(word)})});
      CHECK(parse_yaml(emit_yaml(in_list), "f", dialect) == in_list);
      if (word != "<<") {
        const Value in_map(Value::Object{{"k", Value(word)}, {word, Value(Value::Object{{word, Value(word)}})}});
        CHECK(parse_yaml(emit_yaml(in_map), "f", dialect) == in_map);
      }
      CHECK(parse_yaml(emit_yaml(Value(word)), "f", dialect) == Value(word));
    }
  }
  for (const double number : {0.0, -0.0, 1.0, 1e300, 5e-324, 0.1, 123456789.125, 1e16, -2.5e-7}) {
    CHECK(
        parse_yaml(emit_yaml(Value(Value::Array{Value(number)})), "f", YamlDialect::manifest).items()[0].as_number() ==
        number);
  }
}

TEST_CASE("an object reader is strict and says where", "[codec]") {
  const Value root = user("name: x\nsize: 3\ndepz: []\nx-mine: 1\n");
  ObjectReader reader(root, "f.yaml", "stage `a`");
  CHECK(reader.string("name") == "x");
  CHECK_THROWS_WITH(reader.string("size"), "f.yaml:2:7: `size` must be a string, not a integer");
  CHECK(reader.strings("deps").empty());
  CHECK_THROWS_WITH(reader.require("cmd"), "f.yaml:1:1: missing `cmd` in stage `a`");
  CHECK_THROWS_WITH(reader.finish(), "f.yaml:3:7: unknown key `depz` in stage `a`; did you mean `deps`?");
}

TEST_CASE("a number too large or too small for a double is infinite or zero, however it is spelled", "[codec]") {
  CHECK(user("1e999").as_number() == INFINITY);
  CHECK(user("-1e999").as_number() == -INFINITY);
  CHECK(user("1e-999").as_number() == 0);
  CHECK(user("0." + std::string(350, '0') + "1").as_number() == 0);
  CHECK(user("1" + std::string(380, '0') + "e-5").as_number() == INFINITY);
  CHECK(user("1_0.5").as_number() == 10.5);
  for (const char* text :
       {".", "+", "_1", "1__x", "0x", "0xg", "0o8", "1e", "1e+", "e5", "1.2.3", "--1", "0x-1", ".e1", "nan", "inf"}) {
    INFO(text);
    CHECK(user(text) == Value(text));
  }
}

TEST_CASE("aliases and nested anchors cannot multiply what they hold", "[codec]") {
  std::string nested;
  for (int i = 0; i < 90; ++i) nested += fmt::format("&a{} [", i);
  for (int i = 0; i < 20'000; ++i) nested += "x,";
  nested += std::string(90, ']');
  CHECK(failure(nested, YamlDialect::user).find("nodes") != std::string::npos);
  CHECK(json(user("a: &a [1, 2]\nb: [*a, *a]\n")) == R"({"a":[1,2],"b":[[1,2],[1,2]]})");
}

TEST_CASE("merging takes the first that has a key, and only mappings", "[codec]") {
  CHECK(json(user("a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc:\n  <<: [*a, *b]\n")) ==
        R"({"a":{"x":1},"b":{"x":2,"y":3},"c":{"x":1,"y":3}})");
  CHECK(failure("a: &a [1]\nb:\n  <<: *a\n", YamlDialect::user) ==
        "f.yaml:3:3: `<<` takes a mapping or a list of mappings");
}

TEST_CASE("many nulls take no longer each than one", "[codec]") {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "- null\n";
  CHECK(parse_yaml(text, "f", YamlDialect::manifest).items().size() == 50'000);
  CHECK(failure("a: null\nb:\n  - null\n  - ~\n", YamlDialect::manifest).starts_with("f.yaml:4:5: `~`"));
}

TEST_CASE("what YAML cannot carry is refused when written, not when read", "[codec]") {
  const auto keyed = [](std::string key) { return Value(Value::Object{{std::move(key), Value(1)}}); };
  const Value longest = keyed(std::string(998, 'k'));
  CHECK(parse_yaml(emit_yaml(longest), "f", YamlDialect::manifest) == longest);
  CHECK_THROWS_WITH(emit_yaml(keyed(std::string(999, 'k'))), Catch::Contains("longer than 1000 bytes"));
  CHECK_THROWS_WITH(emit_yaml(keyed(std::string(300, '\x01'))), Catch::Contains("longer than 1000 bytes"));
  CHECK_THROWS_WITH(emit_yaml(Value(std::string("a\0b", 3))), Catch::Contains("NUL"));
  CHECK_THROWS_WITH(emit_yaml(Value("a\xff")), Catch::Contains("UTF-8"));
  CHECK_THROWS_WITH(parse_json("[\"a\\u0000\"]", "f.json"), Catch::Contains("NUL"));
  CHECK_THROWS_WITH(parse_json("{\"a\\u0000\": 1}", "f.json"), Catch::Contains("NUL"));
}

TEST_CASE("the nearest word is one a person could have meant", "[codec]") {
  CHECK(nearest("trian", {"test", "train", "evaluate"}) == "train");
  CHECK(nearest("outs", {"outputs", "out"}) == "out");
  CHECK(nearest("zzz", {"train", "test"}).empty());
  CHECK(nearest("x", {}).empty());
  CHECK(nearest(std::string(1'000'000, 'a'), {std::string(1'000'000, 'a')}).empty());
}

namespace {

void same_places(const Value& a, const Value& b) {
  CHECK(a.mark().line == b.mark().line);
  CHECK(a.mark().column == b.mark().column);
  if (a.is(Value::Type::array))
    for (std::size_t i = 0; i < a.items().size(); ++i) same_places(a.items()[i], b.items()[i]);
  if (a.is(Value::Type::object))
    for (std::size_t i = 0; i < a.members().size(); ++i) same_places(a.members()[i].second, b.members()[i].second);
}

}  // namespace

TEST_CASE("what people and mlo write is read the quick way, to the values and places a parser gives", "[codec]") {
  for (const char* text :
       {"mlo: lock/1\nlist:\n  - a b\n  - k: 1\n    deep:\n      - \"yes\"\n  -\n    - true\n    - []\nnote: |-\n  "
        "one\n\n  two\n\"n\": -2.5\nnone: null\n",
        // lists no deeper than their key, indented by two, three or four
        "stages:\n  a:\n    cmd: cp in out\n    deps:\n    - in\n    - k:\n        x: 1\n    outs:\n    - out\n  b:\n  "
        "  "
        "cmd: x\n",
        "- k:\n  - a\n  m: 2\n- k2:\n  - b\n- c\n", "a:\n   b:\n       c: 1\n   d: 2\ne:\n - 1\n",
        // remarks and empty lines
        "# first\n\na: 1\n  # deep # \t remark\n\nb:\n# between\n- 1\n   \n  #\n- 2\n# last\n",
        "a: |\n  # kept\n  x\n# dropped\nb: 1\n",
        // words as people write them
        "cmd: python train.py --rate ${rate} | tee \"log\" > out; echo 'done' && (a) [b] {c} *.txt a#b\n",
        "a: ./run.sh\nb: ../x.csv\nc: http://host:80/x?y=z&v=*\n", "a: 'it''s'\nb: \"x\"\nc: ''\nd: 'yes'\n\"e\": 1\n",
        "deps: [in.txt, data/b.csv,c]\nnumbers: [1, -2.5, true, null]\n", "a: [ x ,z ]\n",
        "a: -0\nb: 9223372036854775808\nc: 1.50\n",
        // one line, or deeper than it needs to be
        "a: |-\n  one\nb: |\n      x\n        y\nc: |\n  z\n", "run:\n- |\n  a\n  b\n- c\n", "a: |-\n  x\n  y \n"}) {
    INFO(text);
    const auto quick = parse_quickly(text);
    REQUIRE(quick);
    for (const auto dialect : {YamlDialect::manifest, YamlDialect::user}) {
      const Value slow = parse_fully(text, "f", dialect);
      CHECK(*quick == slow);
      same_places(*quick, slow);
    }
  }
}

TEST_CASE("what could mean something else is left to the parser", "[codec]") {
  for (const char* text : {"",
                           "\n",
                           "# nothing\n",
                           "a",
                           "a: 1",
                           "a:  1\n",
                           "a: 1 \n",
                           " a: 1\n",
                           "a: yes\n",
                           "a: y\n",
                           "a: 'x\n",
                           "a: 'x'y'\n",
                           "a: '\xC3\xA9'\n",
                           "'a': 1\n",
                           "\"<<\": 1\n",
                           "a: 01\n",
                           "a: +1\n",
                           "a: 2001-01-01\n",
                           "a: ~\n",
                           "a:\n",
                           "a:\nb: 1\n",
                           "a: {b: 1}\n",
                           "a: 1\na: 2\n",
                           "a:\n    b: 1\n  c: 2\n",
                           "a:\n- 1\n  - 2\n",
                           "- 1\n  - 2\n",
                           "- - 1\n",
                           "-\n  a: 1\n",
                           "a: 1\n  b: 2\n",
                           "a: x\n  y\n",
                           "a: x\n\n  y\n",
                           "a: x: y\n",
                           "a: word:\n",
                           "a: |\n  x\n  y\n\n",
                           "a: |\n\n  x\n",
                           "a: |\n    x\n  y\n",
                           "a: |\n x\n",
                           "a: |2\n  x\n",
                           "a: |\n  x\n# out\n  y\n",
                           "a: \"\\x41\"\n",
                           "a: \"\\u00e9\"\n",
                           "a: \"\\x0g\"\n",
                           "a: \"\\\n",
                           "a: \"x\" \"y\"\n",
                           "a: 1 # x\n",
                           "a: command # x\n",
                           "a: [x, [y]]\n",
                           "a: [x,, y]\n",
                           "a: [x, y] # z\n",
                           "a: [x: 1]\n",
                           "a: [x,\n  y]\n",
                           "a: [yes]\n",
                           "# x\ry: 1\na: 1\n",
                           "\t# x\na: 1\n",
                           "---\na: 1\n",
                           "a: &x 1\n",
                           "a: *x\n",
                           "a: !!str 1\n",
                           "<<: 1\n",
                           "a: 1\r\n",
                           "a: >\n  x\n  y\n"}) {
    INFO(text);
    CHECK_FALSE(parse_quickly(text));
  }
}

#include "lib/codec/json.hpp"

#include <cmath>

#include "tests/support/test.hpp"

using namespace mlo;

namespace {

std::string json(const Value& value) { return emit_json(value, JsonStyle::compact); }

}  // namespace

TEST_CASE("JSON reads and writes exactly, and refuses what is not JSON", "[codec]") {
  const std::string text = R"({"a":[1,-2.5,true,null,"\u00e9\n"],"b":{}})";
  CHECK(emit_json(parse_json(text, "f.json"), JsonStyle::compact) ==
        "{\"a\":[1,-2.5,true,null,\"\xC3\xA9\\n\"],\"b\":{}}");
  CHECK_THROWS_WITH(parse_json(R"({"a":1,"a":2})", "f.json"), "f.json: duplicate key `a`");
  CHECK_THROWS_WITH(parse_json("{\"a\":\n}", "f.json"), Catch::StartsWith("f.json:2:1: invalid JSON"));
  CHECK_THROWS_AS(parse_json(std::string(100000, '['), "f.json"), Error);
  CHECK_THROWS_AS(parse_json("[NaN]", "f.json"), Error);
  CHECK_THROWS_AS(parse_json("\"\xff\"", "f.json"), Error);
  CHECK(emit_json(Value(NAN), JsonStyle::compact) == "\"NaN\"");
  CHECK(emit_json(parse_json("{\"a\":[1,{}],\"b\":[]}", "f")) ==
        "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}\n");
}

TEST_CASE("the JSON that Python writes may hold NaN and Infinity, outside of strings and in place of a value",
          "[codec]") {
  const auto python = [](std::string_view text) { return parse_json(text, "f.json", JsonDialect::python); };
  const std::string_view text =
      "{\"a\": NaN, \"b\": [1, -Infinity , 2.5, -3, Infinity],\n \"NaN\": \"NaN, \\\" NaN\", \"c\": {\"d\":NaN}, "
      "\"e\": 7}";
  const Value value = python(text);
  CHECK(std::isnan(value.find("a")->as_number()));
  CHECK(json(*value.find("b")) == R"([1,"-Infinity",2.5,-3,"Infinity"])");
  CHECK(value.find("b")->items()[1] == Value(-INFINITY));
  CHECK(value.find("NaN")->as_string() == "NaN, \" NaN");
  CHECK(std::isnan(value.find("c")->find("d")->as_number()));
  CHECK(value.find("e")->as_int() == 7);
  CHECK(std::isnan(python("\nNaN ").as_number()));
  CHECK(emit_json(*value.find("b"), JsonStyle::compact, JsonDialect::python) == "[1,-Infinity,2.5,-3,Infinity]");
  CHECK(python(emit_json(value, JsonStyle::pretty, JsonDialect::python)) == value);
  CHECK(python(emit_json(value)).find("a")->as_string() == "NaN");

  for (const char* bad :
       {"[1NaN]", "[NaN1]", "[NaN NaN]", "{NaN: 1}", "{\"a\": 1, NaN: 2}", "[-NaN]", "[- Infinity]", "[nan]",
        "[Infinit]", "[+Infinity]", "NaN,", "[NaNInfinity]", "NaN\"\"", "[\"a\"NaN]", "{\"a\" NaN}", "-"}) {
    INFO(bad);
    CHECK_THROWS_AS(python(bad), Error);
  }
  CHECK_THROWS_WITH(python("[Infinity,\n NaN, x]"), Catch::StartsWith("f.json:2:7: invalid JSON"));
  CHECK_THROWS_AS(parse_json("[Infinity]", "f.json"), Error);
}

TEST_CASE("JSON numbers keep what they can", "[codec]") {
  CHECK(parse_json("9223372036854775807", "f").as_int() == INT64_MAX);
  CHECK(parse_json("-9223372036854775808", "f").as_int() == INT64_MIN);
  CHECK(parse_json("9223372036854775808", "f").as_number() == 9223372036854775808.0);
  CHECK_THROWS_WITH(parse_json("[1e999]", "f.json"), Catch::StartsWith("f.json:1:"));
  for (const char* bad :
       {"", "{", "[1,]", "{\"a\" 1}", "01", "+1", ".5", "'a'", "nul", "[1] 2", "\"\\ud800\"", "\"\t\"", "// c\n1"}) {
    INFO(bad);
    CHECK_THROWS_AS(parse_json(bad, "f.json"), Error);
  }
}

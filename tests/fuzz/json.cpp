#include "lib/codec/json.hpp"

#include "tests/fuzz/fuzz.hpp"

MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  const Value value = parse_json(bytes, "f.json", JsonDialect::python);
  for (const auto style : {JsonStyle::compact, JsonStyle::pretty}) {
    const std::string python = emit_json(value, style, JsonDialect::python);
    fuzz::require(parse_json(python, "again.json", JsonDialect::python) == value);
    // What is strict JSON means the same in both dialects.
    const std::string strict = emit_json(value, style);
    fuzz::require(parse_json(strict, "strict.json") == parse_json(strict, "strict.json", JsonDialect::python));
  }
  const Value same = parse_json(bytes, "f.json");
  fuzz::require(same == value);
}

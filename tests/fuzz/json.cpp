#include "lib/codec/json.hpp"

#include "tests/fuzz/fuzz.hpp"

MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  const Value value = parse_json(bytes, "f.json");
  for (const auto style : {JsonStyle::compact, JsonStyle::pretty}) {
    fuzz::require(parse_json(emit_json(value, style), "again.json") == value);
  }
}

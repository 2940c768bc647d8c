#include "lib/codec/yaml.hpp"

#include "tests/fuzz/fuzz.hpp"

// Whatever is read can be written so that it reads back the same, in both dialects. Text is compared: NaN is not NaN.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  if (bytes.empty()) return;
  const auto dialect = (bytes[0] & 1) != 0 ? YamlDialect::manifest : YamlDialect::user;
  const std::string written = emit_yaml(parse_yaml(bytes.substr(1), "f.yaml", dialect));
  fuzz::require(emit_yaml(parse_yaml(written, "again.yaml", YamlDialect::manifest)) == written);
  fuzz::require(emit_yaml(parse_yaml(written, "again.yaml", YamlDialect::user)) == written);
}

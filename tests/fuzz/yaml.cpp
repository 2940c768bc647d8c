#include "lib/codec/yaml.hpp"

#include "lib/codec/yaml_canonical.hpp"
#include "lib/util/text.hpp"
#include "tests/fuzz/fuzz.hpp"

// Whatever is read can be written so that it reads back the same, in both dialects. Text is compared: NaN is not NaN.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  if (bytes.empty()) return;
  if (const auto quick =
          is_utf8(bytes) && bytes.find('\0') == std::string_view::npos ? parse_canonical(bytes) : std::nullopt) {
    // What is read quickly is canonical, and the parser (which a remark makes necessary) agrees.
    fuzz::require(emit_yaml(*quick) == bytes);
    for (const auto dialect : {YamlDialect::manifest, YamlDialect::user}) {
      fuzz::require(parse_yaml(std::string(bytes) + "# remark\n", "f.yaml", dialect) == *quick);
    }
  }
  const auto dialect = (bytes[0] & 1) != 0 ? YamlDialect::manifest : YamlDialect::user;
  const std::string written = emit_yaml(parse_yaml(bytes.substr(1), "f.yaml", dialect));
  fuzz::require(parse_canonical(written).has_value());
  fuzz::require(emit_yaml(parse_yaml(written, "again.yaml", YamlDialect::manifest)) == written);
  fuzz::require(emit_yaml(parse_yaml(written, "again.yaml", YamlDialect::user)) == written);
}

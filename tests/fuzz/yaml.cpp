#include "lib/codec/yaml_quick.hpp"
#include "lib/util/text.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace mlo;

bool same_places(const Value& a, const Value& b) {
  bool same = a.mark().line == b.mark().line && a.mark().column == b.mark().column;
  if (a.is(Value::Type::array)) {
    for (std::size_t i = 0; i < a.items().size(); ++i) same = same && same_places(a.items()[i], b.items()[i]);
  } else if (a.is(Value::Type::object)) {
    for (std::size_t i = 0; i < a.members().size(); ++i)
      same = same && same_places(a.members()[i].second, b.members()[i].second);
  }
  return same;
}

}  // namespace

// Whatever is read can be written so that it reads back the same, in both dialects. Text is compared: NaN is not NaN.
MLO_FUZZ_TARGET(bytes) {
  if (bytes.empty()) return;
  if (const auto quick =
          is_utf8(bytes) && bytes.find('\0') == std::string_view::npos ? parse_quickly(bytes) : std::nullopt) {
    for (const auto dialect : {YamlDialect::manifest, YamlDialect::user}) {
      const Value slow = parse_fully(bytes, "f.yaml", dialect);
      fuzz::require(emit_yaml(slow) == emit_yaml(*quick));
      fuzz::require(same_places(slow, *quick));
    }
  }
  const auto dialect = (bytes[0] & 1) != 0 ? YamlDialect::manifest : YamlDialect::user;
  const std::string written = emit_yaml(parse_yaml(bytes.substr(1), "f.yaml", dialect));
  fuzz::require(parse_quickly(written).has_value());
  fuzz::require(emit_yaml(parse_fully(written, "again.yaml", YamlDialect::manifest)) == written);
  fuzz::require(emit_yaml(parse_fully(written, "again.yaml", YamlDialect::user)) == written);
}

#include "lib/manifest/suite.hpp"

#include "lib/codec/yaml.hpp"
#include "lib/manifest/fields.hpp"
#include "lib/manifest/names.hpp"
#include "lib/util/text.hpp"

namespace mlo {

std::string emit_suite(const SuiteManifest& suite) {
  Value out;
  out.set("mlo", "suite/1").set("name", suite.name);
  if (suite.description) out.set("description", *suite.description);
  Value rules = Value::array();
  for (const ExpectationRule& rule : suite.expectations) rules.push(rule.body);
  return emit_yaml(out.set("expectations", std::move(rules)));
}

SuiteManifest parse_suite(std::string_view text, std::string_view source) {
  const Value document = parse_yaml(text, source, YamlDialect::manifest);
  ObjectReader reader(document, source, "the suite");
  require_kind(reader, "suite");
  SuiteManifest out;
  out.source = source;
  out.name = reader.string("name");
  if (!is_dataset_name(out.name)) reader.fail("name", fmt::format("`{}` is not a name", printable(out.name)));
  if (reader.find("description") != nullptr) out.description = reader.string("description");
  reader.require("expectations");
  for (const Value& item : reader.array("expectations")) {
    ObjectReader entry(item, source, "an expectation");
    out.expectations.push_back({entry.string("type"), item});
  }
  if (out.expectations.empty()) reader.fail("expectations", "`expectations` must name at least one");
  reader.finish();
  return out;
}

}  // namespace mlo

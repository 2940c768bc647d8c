#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/codec/value.hpp"

namespace mlo {

/// One entry of `expectations`. What its type has besides `type` is in `body`, for lib/validate to read.
struct ExpectationRule {
  std::string type;
  Value body;  ///< the whole entry
};

/// Kind `suite/1`, written by people: what a table must be like.
struct SuiteManifest {
  std::string source;  ///< file that it was read from, for errors
  std::string name;
  std::optional<std::string> description;
  std::vector<ExpectationRule> expectations;  ///< at least one
};

/// The file's text, in canonical YAML. Error{invalid} for what YAML cannot carry.
std::string emit_suite(const SuiteManifest& suite);
/// Error{invalid} with file:line:column; a newer version says which mlo to use. Entries are read as far as
/// ExpectationRule goes.
SuiteManifest parse_suite(std::string_view text, std::string_view source);

}  // namespace mlo

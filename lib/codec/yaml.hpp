#pragma once
#include <string>
#include <string_view>

#include "lib/codec/value.hpp"

namespace mlo {

/// manifest: what mlo writes: YAML 1.2 core scalars only; `yes`, `on`, `0777`, `1_000`, `.5`, `~` and other spellings
/// that readers disagree about are errors unless quoted. user: what people and DVC write: YAML 1.2 core schema plus
/// the 1.1 forms DVC's parser accepts; nothing is ambiguous, it has one documented meaning.
enum class YamlDialect { manifest, user };

/// Reads one document. Throws Error{invalid} worded "<source>:<line>:<column>: <what>" for: syntax errors, a second
/// document, duplicate keys, keys that are not scalars, unknown tags, aliases that expand beyond 1,000,000 nodes, more
/// than 20,000,000 nodes, nesting beyond 100, invalid UTF-8, NUL. Merge keys `<<` work in the user dialect. `source`
/// names the text in errors (a relative path).
Value parse_yaml(std::string_view text, std::string_view source, YamlDialect dialect);

/// The canonical form: block style, two spaces, keys in the order of `value`, strings plain where both dialects read
/// the same string back, else double-quoted; multi-line strings as `|`; reals in shortest round-trip form with a `.` or
/// exponent; `.nan`, `.inf`, `-.inf`; empty array `[]`, empty object `{}`; LF; one final newline. Reading it back gives
/// an equal value. schemas/README.md specifies it byte for byte. Throws Error{invalid} for what YAML cannot carry:
/// invalid UTF-8, NUL, a key of more than 1000 bytes as written.
std::string emit_yaml(const Value& value);

/// Of the yaml-cpp that mlo was built with: "0.7.0".
std::string yaml_cpp_version();

}  // namespace mlo

#pragma once
#include <string>
#include <string_view>

#include "lib/codec/value.hpp"

namespace mlo {

/// strict: RFC 8259, nothing else. python: what Python's json module reads and writes by default, that is with the bare
/// words NaN, Infinity and -Infinity where a value may stand; for files that users' programs write.
enum class JsonDialect { strict, python };

/// Reads one JSON document. Integers beyond int64 become reals. Throws Error{invalid} as parse_yaml does, for the same
/// things.
Value parse_json(std::string_view text, std::string_view source, JsonDialect dialect = JsonDialect::strict);

enum class JsonStyle { compact, pretty };
/// Keys in the order of `value`; non-finite reals as the strings "NaN", "Infinity", "-Infinity" (strict) or these words
/// bare (python); invalid UTF-8 in strings is replaced by U+FFFD. Pretty: two spaces, final newline.
std::string emit_json(const Value& value, JsonStyle style = JsonStyle::pretty,
                      JsonDialect dialect = JsonDialect::strict);

/// Of the nlohmann-json that mlo was built with: "3.11.2".
std::string nlohmann_json_version();

}  // namespace mlo

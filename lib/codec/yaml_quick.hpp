#pragma once
#include <optional>
#include <string_view>

#include "lib/codec/yaml.hpp"

// The two ways in which parse_yaml reads; apart so that tests can hold one against the other.
namespace mlo {

/// What either reads at most. The lock of the largest pipeline, 200,000 stages, has a tenth to a half of them; they
/// take some 2 GB.
inline constexpr std::size_t kMaxYamlNodes = 20'000'000;

/// Reads what emit_yaml writes and what people mostly write: block mappings and lists, lines of remarks, plain and
/// quoted words on one line, literals, one-line lists of words. Many times faster than a YAML parser; nothing for any
/// other text, which is then for the parser to read or to refuse. What it reads means the same to every parser, in both
/// dialects, at the same places. `text` must be UTF-8 without NUL.
std::optional<Value> parse_quickly(std::string_view text);

/// Reads all of YAML, as parse_yaml promises. `text` must be UTF-8 without NUL.
Value parse_fully(std::string_view text, std::string_view source, YamlDialect dialect);

}  // namespace mlo

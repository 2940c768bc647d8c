#pragma once
#include <optional>
#include <string_view>

#include "lib/codec/value.hpp"

namespace mlo {

/// Reads text as emit_yaml writes it, many times faster than a YAML parser; nothing for any other text, which is then
/// for the parser to read or to refuse. What it reads means the same to every parser, in both dialects. `text` must be
/// UTF-8 without NUL.
std::optional<Value> parse_canonical(std::string_view text);

}  // namespace mlo

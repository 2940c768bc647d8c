#pragma once
#include <optional>
#include <string_view>

#include "lib/codec/value.hpp"

// What a plain YAML scalar means. Shared by the reader and the emitter, so that they cannot disagree.
namespace mlo {

/// The value of an unquoted scalar in the YAML 1.2 core schema, with DVC's readings of `1_000` and `.5`.
Value resolve_plain(std::string_view text);

/// True if readers disagree about an unquoted `text`: `yes`, `0777`, `1e3`, `12:30`, `2001-01-01`, `~` and their kind.
bool is_ambiguous(std::string_view text);

}  // namespace mlo

#pragma once
#include <string>
#include <string_view>

#include "lib/codec/value.hpp"

// What a plain YAML scalar means. Shared by the reader and the emitter, so that they cannot disagree.
namespace mlo {

/// The value of an unquoted scalar in the YAML 1.2 core schema, with DVC's readings of `1_000` and `.5`.
Value resolve_plain(std::string_view text);

/// True if readers disagree about an unquoted `text`: `yes`, `0777`, `1e3`, `12:30`, `2001-01-01`, `~` and their kind.
bool is_ambiguous(std::string_view text);

/// True if every reader takes the unquoted text for the same string, wherever in a block it stands.
bool is_plain(std::string_view text);
/// True also for what few people would expect it of: `python x.py --rate ${rate} | tee log`. As a whole value of a
/// block's line it is that very string to every reader.
bool is_plain_line(std::string_view text);
/// True if a block literal shows the text's lines and keeps them exactly.
bool is_literal(std::string_view text);
/// The text in double quotes. Error{invalid} for NUL or invalid UTF-8.
std::string double_quoted(std::string_view text);
/// The shortest text that reads back as the same double, with a point; `.nan`, `.inf`, `-.inf`.
std::string real_text(double value);

}  // namespace mlo

#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/codec/value.hpp"

namespace mlo {

/// What `${..}` can name. Borrows everything.
struct Scope {
  const Value& vars;                 ///< an object
  const Value* item = nullptr;       ///< `${item}` inside `foreach` and `matrix`
  const std::string* key = nullptr;  ///< `${key}` there
};

/// value: a string that is one `${..}` becomes the named value, whatever its type. command: lists and mappings become
/// words and
/// `--key value` flags, strings in them shell-quoted.
enum class Place { value, command };

/// A copy of `value` with `${a.b[0]}` replaced in every string and key below it; `\${` stands for a literal `${`.
/// Inside other text booleans read `true` and `false`. Replaced text is not looked at again. Throws Error{invalid} with
/// the position of the string for an unknown variable (with the nearest known one), a list or mapping inside text, or a
/// malformed `${`.
Value interpolate(const Value& value, const Scope& scope, std::string_view source, Place place = Place::value);

/// True if the text holds a `${` that interpolate would replace.
bool has_interpolation(std::string_view text);

/// The value at a dotted path (`a.b.0` or `a.b[0]`; `[-1]` is the last) below `root`; null pointer if there is none.
/// Borrowed from `root`.
const Value* find_at(const Value& root, std::string_view path);

/// A scalar as a command sees it: `true`, `3`, `0.1`, `1e-05`, text as it is.
std::string scalar_text(const Value& value);

}  // namespace mlo

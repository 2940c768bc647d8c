#pragma once
#include <string>
#include <string_view>

#include "cli/context.hpp"

namespace mlo::cli {

/// The escape codes around text in a style; the text itself where `colour` is off.
std::string styled(std::string_view text, Style style, bool colour);
/// Columns the text takes in a terminal: wide characters count 2, combining ones 0.
int display_width(std::string_view text);
/// At most `width` columns of the text; a cut shows as `…` (`~` off UTF-8).
std::string cut_to(std::string_view text, int width, bool utf8);
/// True if the environment says that the terminal takes UTF-8.
bool is_utf8_locale(const Environment& env);

}  // namespace mlo::cli

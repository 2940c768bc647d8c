#pragma once
#include <string>
#include <string_view>

namespace mlo {

/// Text for the inside of an element or a quoted attribute of XML or HTML; control characters as \xNN.
std::string escape_markup(std::string_view text);

}  // namespace mlo

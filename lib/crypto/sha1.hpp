#pragma once
#include <string>
#include <string_view>

namespace mlo {

/// 40 hex digits: what others name files by, no proof of anything. Error{config} where SHA-1 is forbidden.
std::string sha1_hex(std::string_view bytes);

}  // namespace mlo

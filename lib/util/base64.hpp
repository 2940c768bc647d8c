#pragma once
#include <string>

#include "lib/util/bytes.hpp"

namespace mlo {

/// RFC 4648, with padding.
std::string to_base64(Bytes bytes);

}  // namespace mlo

#pragma once
#include "lib/remote/remote.hpp"

namespace mlo {

/// What a web server shows of a directory remote: `https://HOST/PATH`. For reading only.
RemoteKind http_remote();

}  // namespace mlo

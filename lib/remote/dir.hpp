#pragma once
#include "lib/remote/remote.hpp"

namespace mlo {

/// A directory: a mounted disk, a network file system, a folder that something else carries on.
RemoteKind dir_remote();

}  // namespace mlo

#pragma once
#include "lib/remote/remote.hpp"

namespace mlo {

/// A directory: a mounted disk, a network file system, a folder that something else carries on. `DIR/format` says what
/// it is (made by `init`), objects lie as in a local store, below `DIR/objects`.
RemoteKind dir_remote();

}  // namespace mlo

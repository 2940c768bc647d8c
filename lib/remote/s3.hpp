#pragma once
#include "lib/remote/remote.hpp"

namespace mlo {

/// A bucket of Amazon S3 or of what speaks like it: `s3://BUCKET/PREFIX`. Keys below the prefix are laid out as the
/// files of a directory remote.
RemoteKind s3_remote();

}  // namespace mlo

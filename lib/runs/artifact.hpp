#pragma once
#include <string>

#include "lib/manifest/run_record.hpp"
#include "lib/store/object_store.hpp"

namespace mlo {

/// Puts a file, or a directory with all below it, into the store and says what it is, under `name`. On disk when it
/// returns. Error{invalid} for anything that is neither.
Artifact store_artifact(ObjectStore& store, const fs::path& path, std::string name);

}  // namespace mlo

#pragma once
#include <vector>

#include "lib/manifest/dataset.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/world.hpp"

namespace mlo {

/// The columns of a table file, for its manifest. Nothing if it is not named like one, if no analytics engine is
/// installed, or, with a warning, if it is not what its name says: data is versioned as it is.
std::vector<SchemaColumn> find_schema(World& world, const fs::path& file);

}  // namespace mlo

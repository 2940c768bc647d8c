#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlo {

using Dependencies = std::map<std::string, std::string>;  ///< package -> version

/// Files that say which versions a model runs with, best first.
const std::vector<std::string_view>& dependency_files();

/// What a uv.lock, poetry.lock, renv.lock, conda environment (.yml, .yaml) or list of `name==version` lines (any other
/// name) says. Error{invalid} with file:line for what is malformed, and for a package without one exact version.
Dependencies parse_dependencies(std::string_view text, std::string_view source);

}  // namespace mlo

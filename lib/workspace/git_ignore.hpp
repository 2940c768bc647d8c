#pragma once
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/util/fs.hpp"

namespace mlo {

/// The `.gitignore` beside `path`, both relative to the root.
std::string ignore_file(const std::string& path);

/// The line of a `.gitignore` that names exactly the entry `name` beside it: "/model.pkl", with glob characters quoted.
std::string ignore_line(std::string_view name);

/// Adds one anchored line per path to the `.gitignore` beside it, unless it is there; everything else in the file
/// stays. Paths are relative to `root`. Returns the `.gitignore` files that changed, relative to `root`, sorted.
/// Missing directories are made.
std::vector<std::string> ensure_ignored(const fs::path& root, const std::vector<std::string>& paths);

/// The lines that ensure_ignored puts in for `paths`, by `.gitignore`.
std::map<std::string, std::set<std::string>> ignore_lines(const std::vector<std::string>& paths);
/// True if the text of a `.gitignore` has no other lines than these.
bool has_only_lines(std::string_view text, const std::set<std::string>& lines);

/// Takes those lines out again; a `.gitignore` left empty is removed. Returns the files that changed or went.
std::vector<std::string> remove_ignored(const fs::path& root, const std::vector<std::string>& paths);

}  // namespace mlo

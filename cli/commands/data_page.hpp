#pragma once
#include <string>

#include "cli/context.hpp"
#include "lib/data/compare.hpp"
#include "lib/manifest/dataset.hpp"

// What the version-data commands print alike.
namespace mlo::cli {

/// name, path, id, bytes, files, directory.
Value dataset_value(const DatasetManifest& manifest);
Value counts_value(const ChangeCounts& counts);
Value changes_value(const std::vector<FileChange>& changes);
/// "3 added, 1 changed, 2 removed"; what is zero is left out.
std::string counts_text(const ChangeCounts& counts);
/// One line a file, with a letter and its size.
void change_lines(Page& page, const std::string& top, const std::vector<FileChange>& changes);
/// "2 files, 1.4 kB".
std::string size_text(std::uint64_t files, std::uint64_t bytes);

}  // namespace mlo::cli

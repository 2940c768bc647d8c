#pragma once
#include <string>

#include "cli/context.hpp"
#include "lib/data/compare.hpp"
#include "lib/data/get.hpp"
#include "lib/data/import.hpp"
#include "lib/manifest/dataset.hpp"
#include "lib/migrate/migrate.hpp"

// What the version-data commands print alike.
namespace mlo::cli {

/// name, path, id, bytes, files, directory, origin.
Value dataset_value(const DatasetManifest& manifest);
Value origin_value(const std::optional<DataOrigin>& origin);
/// "flights@v1.2:raw of https://.., at 0123456789ab", "https://.."
std::string origin_text(const DataOrigin& origin);
Value counts_value(const ChangeCounts& counts);
Value changes_value(const std::vector<FileChange>& changes);
/// "3 added, 1 changed, 2 removed"; what is zero is left out.
std::string counts_text(const ChangeCounts& counts);
/// One line a file, with a letter and its size.
void change_lines(Page& page, const std::string& top, const std::vector<FileChange>& changes);
/// "2 files, 1.4 kB".
std::string size_text(std::uint64_t files, std::uint64_t bytes);
void print_got(Context& ctx, const GotData& got, const std::string& path);
/// `from`: "dvc" or "lfs".
void print_migrated(Context& ctx, const MigrateReport& report, const std::string& from, bool dry_run);
/// `verb`: "imported".
void print_imported(Context& ctx, const ImportReport& report, std::string_view verb);

}  // namespace mlo::cli

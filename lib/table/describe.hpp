#pragma once
#include <string>
#include <vector>

#include "lib/table/columns.hpp"
#include "lib/table/engine.hpp"
#include "lib/util/fs.hpp"

namespace mlo::table {

struct ColumnSchema {
  std::string name;
  ColumnType type = ColumnType::other;
  bool operator==(const ColumnSchema&) const = default;
};

/// True for names that end like a table file: .csv, .tsv, .jsonl, .ndjson (each also with .gz) or .parquet.
bool is_table_file(const fs::path& path);

/// The columns of a table file; types of text files are guessed from their first rows. Reads that file only.
/// Error{invalid} naming it if it is not what its name says.
std::vector<ColumnSchema> describe_file(const Engine& engine, const fs::path& path);

}  // namespace mlo::table

#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/table/connection.hpp"
#include "lib/util/fs.hpp"

namespace mlo::table {

enum class FileFormat { parquet, csv, csv_gz, json_lines, json_lines_gz };

/// By the end of the name: .parquet, .csv, .tsv, .jsonl, .ndjson (the text formats also with .gz). Nothing for other
/// names.
std::optional<FileFormat> format_of(std::string_view file_name);

bool is_csv(FileFormat format);

/// How text files are typed: from their first rows, or from all (twice the work, and no surprise further down).
enum class Sniff { first_rows, all_rows };

struct ScanOptions {
  Sniff sniff = Sniff::first_rows;
  bool as_text = false;                 ///< CSV: every column as the strings that are there
  std::vector<std::string> nulls = {};  ///< CSV: texts that mean null, besides nothing
};

/// A SQL expression that reads the files as one table, by column name; columns a file lacks are null there. The names
/// of the files themselves do not matter.
std::string scan(const std::vector<fs::path>& files, FileFormat format, const ScanOptions& options);
inline std::string scan(const std::vector<fs::path>& files, FileFormat format, Sniff sniff = Sniff::first_rows) {
  return scan(files, format, {.sniff = sniff});
}

/// A SQL expression for the number of each row, from 0, in the scan of one file with these columns; empty where the
/// engine numbers rows only by passing them through one thread.
std::string row_number_of(const std::vector<Column>& columns, FileFormat format);

/// Error{invalid} for the columns of a CSV file of uneven rows, which the engine takes for one column of whole lines.
void require_even_rows(const std::vector<Column>& columns, FileFormat format);

/// What a connection must be allowed to reach for `scan`.
Sandbox sandbox_for(const std::vector<fs::path>& files, unsigned threads);

/// A SQL identifier.
std::string quote_name(std::string_view name);

}  // namespace mlo::table

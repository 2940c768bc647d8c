#include "lib/table/describe.hpp"

#include "lib/table/connection.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::table {
namespace {

/// The DuckDB function that reads the file; empty if its name is not a table file's.
std::string_view reader_of(const fs::path& path) {
  std::string name = to_lower(path.filename().native());
  if (name.ends_with(".parquet")) return "read_parquet";
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  if (name.ends_with(".csv") || name.ends_with(".tsv")) return "read_csv";
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson")) return "read_ndjson";
  return {};
}

/// The path as a glob that matches nothing else.
std::string as_glob(const fs::path& path) {
  std::string out;
  for (const char c : path.native()) {
    const bool special = c == '*' || c == '?' || c == '[';
    out += special ? std::string("[") + c + "]" : std::string(1, c);
  }
  return out;
}

}  // namespace

bool is_table_file(const fs::path& path) { return !reader_of(path).empty(); }

std::vector<ColumnSchema> describe_file(const Engine& engine, const fs::path& path) {
  const std::string_view reader = reader_of(path);
  if (reader.empty())
    throw Error(ErrorKind::invalid, fmt::format("`{}` is not named like a table file", path.native()));
  try {
    const std::string pattern = as_glob(path);
    Connection connection(engine, {.files = {path, pattern}, .directories = {}, .threads = 1});
    std::vector<ColumnSchema> schema;
    for (auto& column : connection.select(fmt::format("SELECT * FROM {}({}) LIMIT 0", reader, quote(pattern)))) {
      schema.push_back({std::move(column.name), column.type});
    }
    return schema;
  } catch (Error& error) {
    throw error.prefix(fmt::format("cannot read the columns of `{}`", path.native()));
  }
}

}  // namespace mlo::table

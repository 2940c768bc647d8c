#include "lib/table/table_file.hpp"

#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::table {
namespace {

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

std::optional<FileFormat> format_of(std::string_view file_name) {
  std::string name = to_lower(file_name);
  if (name.ends_with(".parquet")) return FileFormat::parquet;
  const bool gz = name.ends_with(".gz");
  if (gz) name.resize(name.size() - 3);
  if (name.ends_with(".csv") || name.ends_with(".tsv")) return gz ? FileFormat::csv_gz : FileFormat::csv;
  if (name.ends_with(".jsonl") || name.ends_with(".ndjson"))
    return gz ? FileFormat::json_lines_gz : FileFormat::json_lines;
  return std::nullopt;
}

bool is_csv(FileFormat format) { return format == FileFormat::csv || format == FileFormat::csv_gz; }

std::string scan(const std::vector<fs::path>& files, FileFormat format, const ScanOptions& options) {
  std::vector<std::string> quoted;
  for (const auto& file : files) quoted.push_back(quote(as_glob(file)));
  const std::string list = "[" + join(quoted, ", ") + "], union_by_name = true";
  if (format == FileFormat::parquet) return "read_parquet(" + list + ")";
  const bool csv = is_csv(format);
  const bool gz = format == FileFormat::csv_gz || format == FileFormat::json_lines_gz;
  std::string rest = fmt::format("{}, compression = '{}'", list, gz ? "gzip" : csv ? "none" : "uncompressed");
  // Without `skip` the engine skips rows until the rest looks even. Quotes are RFC 4180's: guessing them takes most of
  // the time that a small file needs.
  if (csv) rest += R"(, skip = 0, quote = '"', escape = '"', comment = '')";
  if (csv && options.as_text) rest += ", all_varchar = true";
  if (csv && !options.nulls.empty()) {
    std::vector<std::string> nulls = {quote("")};
    for (const std::string& text : options.nulls) nulls.push_back(quote(text));
    rest += ", nullstr = [" + join(nulls, ", ") + "]";
  }
  if (options.sniff == Sniff::all_rows) rest += ", sample_size = -1";
  return fmt::format("{}({})", csv ? "read_csv" : "read_ndjson", rest);
}

std::string row_number_of(const std::vector<Column>& columns, FileFormat format) {
  constexpr std::string_view kNumber = "file_row_number";
  const bool hidden = std::any_of(columns.begin(), columns.end(),
                                  [&](const Column& column) { return to_lower(column.name) == kNumber; });
  return format == FileFormat::parquet && !hidden ? std::string(kNumber) : "";
}

void require_even_rows(const std::vector<Column>& columns, FileFormat format) {
  if (!is_csv(format) || columns.size() != 1 || columns.front().name.find_first_of(",;\t|") == std::string::npos)
    return;
  throw Error(ErrorKind::invalid,
              fmt::format("its rows do not all have the fields that `{}` names", printable(columns.front().name)))
      .hint("look for rows with too many or too few separators");
}

Sandbox sandbox_for(const std::vector<fs::path>& files, unsigned threads) {
  Sandbox sandbox{.files = files, .directories = {}, .threads = threads};
  for (const auto& file : files) sandbox.files.emplace_back(as_glob(file));
  return sandbox;
}

std::string quote_name(std::string_view name) { return "\"" + replace_all(name, "\"", "\"\"") + "\""; }

}  // namespace mlo::table

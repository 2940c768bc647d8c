#include "lib/gates/predictions.hpp"

#include <limits>

#include "lib/table/table_file.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

std::vector<double> numbers(const table::Column& column) {
  std::vector<double> out = column.reals();
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (column.nulls[i]) out[i] = std::numeric_limits<double>::quiet_NaN();
  }
  return out;
}

std::vector<std::string> texts(const table::Column& column) {
  std::vector<std::string> out = column.strings();
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (column.nulls[i]) out[i] = "(null)";
  }
  return out;
}

void require_column(const std::vector<table::Column>& shape, std::string_view key, const std::string& wanted) {
  std::vector<std::string> names;
  for (const table::Column& column : shape) {
    if (to_lower(column.name) == to_lower(wanted)) return;  // as SQL compares them
    names.push_back("`" + printable(column.name) + "`");
  }
  throw Error(ErrorKind::config,
              fmt::format("no column `{}`, which `{}` of `columns` in the policy names", printable(wanted), key))
      .hint(fmt::format("its columns: {}", join(names, ", ")));
}

std::vector<table::Column> read_columns(const fs::path& file, const EvaluationPolicy& evaluation, unsigned threads) {
  const auto format = table::format_of(file.filename().native());
  if (!format) throw Error(ErrorKind::invalid, "its name is not that of a table file (.csv, .jsonl, .parquet)");
  const table::Engine engine = table::Engine::load();
  table::Connection connection(engine, table::sandbox_for({file}, threads));
  const std::string source = table::scan({file}, *format);
  const std::vector<table::Column> shape = connection.select(fmt::format("SELECT * FROM {} LIMIT 0", source));
  table::require_even_rows(shape, *format);
  require_column(shape, "label", evaluation.label);
  require_column(shape, "score", evaluation.score);
  for (const std::string& slice : evaluation.slices) require_column(shape, "slices", slice);
  std::string sql = fmt::format("SELECT CAST({} AS DOUBLE), CAST({} AS DOUBLE)", table::quote_name(evaluation.label),
                                table::quote_name(evaluation.score));
  for (const std::string& slice : evaluation.slices)
    sql += fmt::format(", CAST({} AS VARCHAR)", table::quote_name(slice));
  return connection.select(fmt::format("{} FROM {}", sql, source));
}

}  // namespace

Predictions load_predictions(const fs::path& file, const EvaluationPolicy& evaluation, unsigned threads) {
  const auto stat = find_stat(file);
  if (!stat) throw Error(ErrorKind::not_found, fmt::format("there is no `{}`", evaluation.predictions));
  try {
    const std::vector<table::Column> columns = read_columns(file, evaluation, threads);
    if (const std::size_t rows = columns[0].nulls.size(); rows < evaluation.min_rows)
      throw Error(ErrorKind::invalid,
                  fmt::format("{}, fewer than `min_rows: {}`", count_of(rows, "row"), evaluation.min_rows));
    Predictions out{{numbers(columns[0]), numbers(columns[1]), evaluation.threshold}, {}};
    for (std::size_t i = 0; i < evaluation.slices.size(); ++i)
      out.slices.emplace(evaluation.slices[i], texts(columns[i + 2]));
    return out;
  } catch (Error& error) {
    throw error.prefix(fmt::format("predictions `{}`", evaluation.predictions));
  }
}

}  // namespace mlo

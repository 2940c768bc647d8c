#include "lib/drift/load.hpp"

#include <algorithm>
#include <cmath>

#include "lib/stats/sort_doubles.hpp"
#include "lib/table/gzip.hpp"
#include "lib/util/error.hpp"
#include "lib/util/parallel.hpp"
#include "lib/util/text.hpp"

namespace mlo::drift {
namespace {

using table::ColumnType;

constexpr std::size_t kMaxGroups = 60;  // GROUPING() answers in 63 bits

bool is_number(ColumnType type) { return type == ColumnType::integer || type == ColumnType::real; }
bool is_counted(ColumnType type) { return type == ColumnType::boolean || type == ColumnType::string; }

/// Moves the finite values of a column read as DOUBLE into `out`, sorted.
void keep_finite(const table::Column& read, LoadedColumn& out) {
  const std::vector<double>& values = read.reals();
  out.numbers.reserve(values.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (read.nulls[row]) {
      ++out.nulls;
    } else if (!std::isfinite(values[row])) {
      ++out.not_finite;
    } else {
      out.numbers.push_back(values[row]);
    }
  }
  stats::sort_doubles(out.numbers);
}

std::string column_list(const std::vector<LoadedColumn*>& columns, const char* pattern) {
  std::vector<std::string> parts;
  for (const LoadedColumn* column : columns)
    parts.push_back(fmt::format(fmt::runtime(pattern), table::quote_name(column->name)));
  return join(parts, ", ");
}

}  // namespace

TableReader::TableReader(const table::Engine& engine, World& world, DataSource source)
    : world_(world), source_(std::move(source)), connection_(engine, table::sandbox_for(source_.files, world.threads)) {
  try {
    try {
      read_shape();
    } catch (const Error&) {
      if (source_.format == table::FileFormat::parquet) throw;
      sniff_ = table::Sniff::all_rows;
      read_shape();
    }
  } catch (Error& error) {
    throw error.prefix(fmt::format("cannot read `{}`", printable(source_.label)));
  }
}

std::vector<table::Column> TableReader::select(const std::string& what, const std::string& rest) {
  check_stop(world_);
  return connection_.select(fmt::format("SELECT {} FROM {}{}", what, from(), rest));
}

std::string TableReader::from() const { return table::scan(source_.files, source_.format, sniff_); }

void TableReader::read_shape() {
  const bool gzip = source_.format == table::FileFormat::csv_gz || source_.format == table::FileFormat::json_lines_gz;
  for (const fs::path& file : gzip ? source_.files : std::vector<fs::path>{}) table::require_whole_gzip(file);
  columns_ = select("*", " LIMIT 0");
  table::require_even_rows(columns_, source_.format);
  rows_ = static_cast<std::uint64_t>(select("count(*)").front().integers().front());
}

std::vector<LoadedColumn> TableReader::load(const std::vector<std::size_t>& columns) {
  try {
    try {
      return load_now(columns);
    } catch (const Error& error) {
      // A text file whose later rows are not what the first ones promised: type it by all of them.
      if (error.kind() != ErrorKind::invalid || source_.format == table::FileFormat::parquet ||
          sniff_ == table::Sniff::all_rows)
        throw;
      sniff_ = table::Sniff::all_rows;
      read_shape();
      return load_now(columns);
    }
  } catch (Error& error) {
    throw error.prefix(fmt::format("cannot read `{}`", printable(source_.label)));
  }
}

std::vector<LoadedColumn> TableReader::load_now(const std::vector<std::size_t>& columns) {
  std::vector<LoadedColumn> loaded;
  for (const std::size_t i : columns) loaded.push_back({.name = columns_[i].name, .type = columns_[i].type});
  std::vector<LoadedColumn*> numbers;
  std::vector<LoadedColumn*> values;
  std::vector<LoadedColumn*> others;
  for (LoadedColumn& column : loaded) {
    (is_number(column.type) ? numbers : is_counted(column.type) ? values : others).push_back(&column);
  }
  load_numbers(numbers);
  for (std::size_t from = 0; from < values.size(); from += kMaxGroups) {
    const auto start = values.begin() + static_cast<std::ptrdiff_t>(from);
    load_values({start, start + static_cast<std::ptrdiff_t>(std::min(kMaxGroups, values.size() - from))});
  }
  load_nulls(others);
  return loaded;
}

void TableReader::load_numbers(const std::vector<LoadedColumn*>& columns) {
  if (columns.empty()) return;
  std::vector<table::Column> read = select(column_list(columns, "CAST({} AS DOUBLE)"));
  parallel_for(columns.size(), world_.threads, [&](std::size_t i) {
    keep_finite(read[i], *columns[i]);
    read[i] = {};
  });
}

void TableReader::load_values(const std::vector<LoadedColumn*>& columns) {
  // One scan for all columns: each grouping set is one column's counts, and GROUPING() tells which.
  std::vector<std::string> names;
  for (std::size_t i = 0; i < columns.size(); ++i) names.push_back(fmt::format("c{}", i));
  std::vector<std::string> sets;
  for (const std::string& name : names) sets.push_back("(" + name + ")");
  const std::string aliases = join(names, ", ");
  std::vector<std::string> casts;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    casts.push_back(fmt::format("CAST({} AS VARCHAR) AS {}", table::quote_name(columns[i]->name), names[i]));
  }
  check_stop(world_);
  const auto read = connection_.select(
      fmt::format("SELECT GROUPING({0}), count(*), {0} FROM (SELECT {1} FROM {2}) GROUP BY GROUPING SETS ({3})",
                  aliases, join(casts, ", "), from(), join(sets, ", ")));
  const auto& grouping = read[0].integers();
  for (std::size_t row = 0; row < grouping.size(); ++row) {
    // Bit 0 stands for the last column; the bit of the column that is grouped by is 0.
    std::size_t which = 0;
    while ((static_cast<std::uint64_t>(grouping[row]) >> (columns.size() - 1 - which) & 1U) != 0) ++which;
    const auto count = static_cast<std::uint64_t>(read[1].integers()[row]);
    const table::Column& value = read[2 + which];
    if (value.nulls[row]) {
      columns[which]->nulls += count;
    } else {
      columns[which]->values.emplace_back(value.strings()[row], count);
    }
  }
  for (LoadedColumn* column : columns) std::sort(column->values.begin(), column->values.end());
}

void TableReader::load_nulls(const std::vector<LoadedColumn*>& columns) {
  if (columns.empty()) return;
  const auto read = select(column_list(columns, "count({})"));
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns[i]->nulls = rows_ - static_cast<std::uint64_t>(read[i].integers().front());
}

}  // namespace mlo::drift

#include "lib/table/table_writer.hpp"

#include <cstring>

#include "lib/table/connection_state.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::table {
namespace {

struct Stored {
  DuckType id;
  const char* sql;
};

Stored stored_as(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
      return {DuckType::boolean, "BOOLEAN"};
    case ColumnType::integer:
      return {DuckType::bigint, "BIGINT"};
    case ColumnType::real:
      return {DuckType::float64, "DOUBLE"};
    case ColumnType::date:
      return {DuckType::date, "DATE"};
    case ColumnType::timestamp:
      return {DuckType::timestamp_tz, "TIMESTAMPTZ"};
    case ColumnType::string:
    case ColumnType::other:
      break;
  }
  return {DuckType::varchar, "VARCHAR"};
}

template <class To>
void copy_integers(const Column& column, void* data) {
  for (std::size_t row = 0; row < column.integers().size(); ++row)
    static_cast<To*>(data)[row] = static_cast<To>(column.integers()[row]);
}

/// Copies a column into a vector of DuckDB's.
void fill(const DuckApi& api, DuckPointer vector, const Column& column) {
  void* const data = api.vector_get_data(vector);
  switch (column.type) {
    case ColumnType::boolean:
      copy_integers<bool>(column, data);
      break;
    case ColumnType::date:
      copy_integers<std::int32_t>(column, data);
      break;
    case ColumnType::integer:
    case ColumnType::timestamp:
      copy_integers<std::int64_t>(column, data);
      break;
    case ColumnType::real:
      std::memcpy(data, column.reals().data(), column.reals().size() * sizeof(double));
      break;
    case ColumnType::string:
    case ColumnType::other:
      for (std::size_t row = 0; row < column.strings().size(); ++row) {
        const std::string& text = column.strings()[row];
        if (column.nulls[row] == 0) api.vector_assign_string_element_len(vector, row, text.data(), text.size());
      }
  }
  if (!has_nulls(column)) return;
  api.vector_ensure_validity_writable(vector);
  std::uint64_t* const validity = api.vector_get_validity(vector);
  for (std::size_t row = 0; row < column.nulls.size(); ++row) {
    if (column.nulls[row] != 0) validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
  }
}

/// Whether the engine, writing the rows of this Parquet file in parallel, cuts them into the same groups every time:
/// its own row groups come in the size that it writes.
bool is_even(Connection& connection, const std::vector<fs::path>& files) {
  std::vector<std::string> quoted;
  for (const fs::path& file : files) quoted.push_back(quote(file.native()));
  const auto rest = connection.select(fmt::format(
      "SELECT count(*) FROM (SELECT row_group_num_rows AS n, row_group_id = max(row_group_id) OVER () AS last"
      " FROM parquet_metadata([{}])) WHERE n <> 122880 AND NOT (last AND n < 122880)",
      join(quoted, ", ")));
  return rest.front().integers().front() == 0;
}

}  // namespace

TableWriter::TableWriter(const Engine& engine, const std::vector<fs::path>& table, const fs::path& target,
                         unsigned threads)
    : engine_(engine), table_(table), target_(target), threads_(threads) {}

void TableWriter::add(const Column& column, Fill fill_column) {
  added_.push_back({column.name, column.type, std::move(fill_column)});
}

Connection TableWriter::connect(unsigned threads) const {
  Sandbox sandbox = sandbox_for(table_, threads);
  sandbox.files.push_back(target_);
  return {engine_, sandbox};
}

/// Defines a function from the row's number to the column's value.
std::string TableWriter::define(Connection& connection, const Added& column, const World& world) {
  const DuckApi& api = connection.state_->api;
  return connection.state_->define_function(
      DuckType::bigint, stored_as(column.type).id, [&](DuckPointer arguments, DuckPointer results) {
        check_stop(world);  // an interrupt before the query has begun is not heard
        const auto* const rows =
            static_cast<const std::int64_t*>(api.vector_get_data(api.data_chunk_get_vector(arguments, 0)));
        Column values = start_column(column.name, column.type);
        column.fill({rows, api.data_chunk_get_size(arguments)}, values);
        fill(api, results, values);
      });
}

std::uint64_t TableWriter::write(const std::string& scan, const std::string& row_number, FileFormat format,
                                 const World& world) {
  const bool parquet = format == FileFormat::parquet;
  Connection writer = connect(threads_);
  const bool parallel = !row_number.empty() && (!parquet || is_even(writer, table_));
  // Elsewhere a window numbers the rows. One thread cuts groups as long as they should be, several ones nearly.
  if (!parallel) writer = connect(1);
  std::string select = "t.*";
  for (const Added& column : added_)
    select += fmt::format(", {}({}) AS {}", define(writer, column, world),
                          parallel ? row_number : "row_number() OVER () - 1", quote_name(column.name));
  Connection::State& state = *writer.state_;
  const std::stop_callback interrupt(world.stop, [&] { state.api.interrupt(state.connection.get()); });
  Result result(state.api);
  try {
    state.execute_functions(
        fmt::format("COPY (SELECT {} FROM {} AS t) TO {} ({}, USE_TMP_FILE false, PER_THREAD_OUTPUT false)", select,
                    scan, quote(target_.native()), parquet ? "FORMAT parquet" : "FORMAT csv, HEADER true"),
        Connection::State::Only::any, result);
  } catch (const Error&) {
    check_stop(world);
    throw;
  }
  check_stop(world);
  Handle chunk(state.api.destroy_data_chunk);
  *chunk.out() = state.api.fetch_chunk(*result.raw());
  if (chunk.get() == nullptr || state.api.data_chunk_get_size(chunk.get()) != 1)
    fail_query("the engine counts no rows");
  return *static_cast<const std::uint64_t*>(state.api.vector_get_data(state.api.data_chunk_get_vector(chunk.get(), 0)));
}

}  // namespace mlo::table

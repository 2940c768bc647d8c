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
void copy_integers(const Column& column, std::size_t from, std::size_t rows, void* data) {
  for (std::size_t row = 0; row < rows; ++row)
    static_cast<To*>(data)[row] = static_cast<To>(column.integers()[from + row]);
}

/// Copies rows of a column into a vector of DuckDB's.
void fill(const DuckApi& api, DuckPointer vector, const Column& column, std::size_t from, std::size_t rows) {
  void* const data = api.vector_get_data(vector);
  switch (column.type) {
    case ColumnType::boolean:
      copy_integers<bool>(column, from, rows, data);
      break;
    case ColumnType::date:
      copy_integers<std::int32_t>(column, from, rows, data);
      break;
    case ColumnType::integer:
    case ColumnType::timestamp:
      copy_integers<std::int64_t>(column, from, rows, data);
      break;
    case ColumnType::real:
      std::memcpy(data, column.reals().data() + from, rows * sizeof(double));
      break;
    case ColumnType::string:
    case ColumnType::other:
      for (std::size_t row = 0; row < rows; ++row) {
        const std::string& text = column.strings()[from + row];
        if (!column.nulls[from + row]) api.vector_assign_string_element_len(vector, row, text.data(), text.size());
      }
  }
  api.vector_ensure_validity_writable(vector);
  std::uint64_t* const validity = api.vector_get_validity(vector);
  for (std::size_t row = 0; row < rows; ++row) {
    if (column.nulls[from + row]) validity[row / 64] &= ~(std::uint64_t{1} << (row % 64));
  }
}

}  // namespace

struct TableWriter::Appender {
  Appender(Connection::State& state, const std::string& table, const std::vector<Column>& columns) : api(state.api) {
    if (api.appender_create(state.connection.get(), nullptr, table.c_str(), handle.out()) != 0) fail();
    std::vector<DuckPointer> types;
    for (const Column& column : columns) types.push_back(api.create_logical_type(stored_as(column.type).id));
    *chunk.out() = api.create_data_chunk(types.data(), types.size());
    for (DuckPointer& type : types) api.destroy_logical_type(&type);
  }

  void append(const std::vector<Column>& columns) {
    const std::size_t rows = columns.front().nulls.size();
    const std::size_t most = api.vector_size();
    for (std::size_t from = 0; from < rows; from += most) {
      const std::size_t count = std::min(most, rows - from);
      api.data_chunk_reset(chunk.get());
      for (std::size_t i = 0; i < columns.size(); ++i)
        fill(api, api.data_chunk_get_vector(chunk.get(), i), columns[i], from, count);
      api.data_chunk_set_size(chunk.get(), count);
      if (api.append_data_chunk(handle.get(), chunk.get()) != 0) fail();
    }
  }

  void close() {
    if (api.appender_close(handle.get()) != 0) fail();
  }

  [[noreturn]] void fail() const { fail_query(api.appender_error(handle.get())); }

  const DuckApi& api;
  struct Destroy {
    DuckState (*destroy)(DuckPointer*);
    DuckPointer pointer = nullptr;
    ~Destroy() { destroy(&pointer); }
    DuckPointer* out() { return &pointer; }
    DuckPointer get() const { return pointer; }
  };
  Destroy handle{api.appender_destroy};
  Handle chunk{api.destroy_data_chunk};
};

TableWriter::TableWriter(const Engine& engine, const std::vector<fs::path>& table, const fs::path& target,
                         unsigned threads)
    : connection_(engine,
                  [&] {
                    Sandbox sandbox = sandbox_for(table, threads);
                    sandbox.files.push_back(target);
                    return sandbox;
                  }()),
      target_(target) {}

TableWriter::~TableWriter() = default;

void TableWriter::start(const std::vector<Column>& columns) {
  finish_group();
  std::vector<std::string> declared;
  for (const Column& column : columns) declared.push_back(quote_name(column.name) + " " + stored_as(column.type).sql);
  const std::string table = fmt::format("mlo_group_{}", groups_++);
  connection_.state_->run(fmt::format("CREATE TABLE {} ({})", table, join(declared, ", ")));
  appender_ = std::make_unique<Appender>(*connection_.state_, table, columns);
}

void TableWriter::append(const std::vector<Column>& rows) { appender_->append(rows); }

void TableWriter::finish_group() {
  if (appender_ == nullptr) return;
  appender_->close();
  appender_.reset();
}

std::uint64_t TableWriter::write(const std::string& scan, FileFormat format) {
  finish_group();
  std::string from = scan;
  for (std::size_t i = 0; i < groups_; ++i) from += fmt::format(" POSITIONAL JOIN mlo_group_{}", i);
  const char* const options = format == FileFormat::parquet ? "FORMAT parquet" : "FORMAT csv, HEADER true";
  Connection::State& state = *connection_.state_;
  Result result(state.api);
  state.execute(fmt::format("COPY (SELECT * FROM {}) TO {} ({}, USE_TMP_FILE false, PER_THREAD_OUTPUT false)", from,
                            quote(target_.native()), options),
                Connection::State::Only::any, result);
  Handle chunk(state.api.destroy_data_chunk);
  *chunk.out() = state.api.fetch_chunk(*result.raw());
  if (chunk.get() == nullptr || state.api.data_chunk_get_size(chunk.get()) != 1)
    fail_query("the engine counts no rows");
  return *static_cast<const std::uint64_t*>(state.api.vector_get_data(state.api.data_chunk_get_vector(chunk.get(), 0)));
}

}  // namespace mlo::table

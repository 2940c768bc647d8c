#include "lib/table/connection.hpp"

#include <cstring>
#include <mutex>

#include "lib/table/connection_state.hpp"
#include "lib/table/read_chunk.hpp"
#include "lib/table/table_file.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::table {
namespace {

std::string quoted_list(const std::vector<fs::path>& paths) {
  std::vector<std::string> quoted;
  for (const auto& path : paths) quoted.push_back(quote(path.native()));
  return "[" + join(quoted, ", ") + "]";
}

}  // namespace

std::string quote(std::string_view text) { return "'" + replace_all(text, "'", "''") + "'"; }

void fail_query(const char* message) {
  // "Binder Error: Referenced column .." and many lines more: the first line says it; of a CSV error it is the third.
  const std::vector<std::string_view> lines = split(message == nullptr ? "unknown error" : message, '\n');
  std::string text(lines.front());
  if (const auto at = text.find(" Error: "); at != std::string::npos) text.erase(0, at + 8);
  if (text.starts_with("CSV Error on Line") && lines.size() > 2) text += fmt::format(": {}", lines[2]);
  throw Error(ErrorKind::invalid, "the query failed: " + printable(text));
}

void Connection::State::prepare(const std::string& sql, Only only, Handle& statement) {
  Handle statements(api.destroy_extracted);
  const auto count = api.extract_statements(connection.get(), sql.c_str(), statements.out());
  if (count == 0) {
    const char* const error = api.extract_statements_error(statements.get());
    fail_query(error == nullptr ? "the query is empty" : error);
  }
  if (count != 1) fail_query("more than one statement");
  if (api.prepare_extracted_statement(connection.get(), statements.get(), 0, statement.out()) != 0) {
    fail_query(api.prepare_error(statement.get()));
  }
  if (only == Only::select && api.prepared_statement_type(statement.get()) != kDuckSelect)
    fail_query("only SELECT may be used");
}

void Connection::State::execute(const std::string& sql, Only only, Result& result) {
  Handle statement(api.destroy_prepare);
  prepare(sql, only, statement);
  if (api.execute_prepared(statement.get(), result.raw()) != 0) fail_query(api.result_error(result.raw()));
}

void Connection::State::run(const std::string& sql) {
  Result ignored(api);
  execute(sql, Only::any, ignored);
}

void Connection::State::end_open_query() noexcept {
  try {
    run("SELECT 1");
  } catch (const Error&) {  // a stop: the query before it has ended nevertheless
  }
}

Connection::Connection(const Engine& engine, const Sandbox& sandbox) : state_(new State(engine.api())) {
  const DuckApi& api = state_->api;
  Handle config(api.destroy_config);
  const std::string threads = std::to_string(sandbox.threads);
  if (api.create_config(config.out()) != 0 || api.set_config(config.get(), "threads", threads.c_str()) != 0 ||
      api.set_config(config.get(), "autoload_known_extensions", "false") != 0 ||
      api.set_config(config.get(), "autoinstall_known_extensions", "false") != 0) {
    throw Error(ErrorKind::config, "cannot configure `libduckdb.so`").hint("install DuckDB 1.4 or later");
  }
  char* error = nullptr;
  if (api.open_ext(nullptr, state_->database.out(), config.get(), &error) != 0) {
    const std::unique_ptr<char, void (*)(void*)> owned(error, api.free);
    fail_query(owned.get());
  }
  if (api.connect(state_->database.get(), state_->connection.out()) != 0) fail_query("cannot connect to the engine");
  state_->run("SET temp_directory = " + quote(sandbox.spill.native()));
  state_->run("SET allowed_paths = " + quoted_list(sandbox.files));
  state_->run("SET allowed_directories = " + quoted_list(sandbox.directories));
  state_->run("SET enable_external_access = false");
  state_->run("SET TimeZone = 'UTC'");
  state_->run("SET lock_configuration = true");
}

Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

namespace {

/// The columns of a result, without values.
struct Shape {
  std::vector<Column> columns;
  std::vector<DuckColumn> kinds;
};

Shape shape_of(const DuckApi& api, DuckResult* result) {
  Shape shape;
  for (std::uint64_t i = 0; i < api.column_count(result); ++i) {
    Handle type(api.destroy_logical_type);
    *type.out() = api.column_logical_type(result, i);
    shape.kinds.push_back(describe_column(api, type.get()));
    shape.columns.push_back(start_column(api.column_name(result, i), shape.kinds.back().type));
  }
  return shape;
}

void append_chunk(const DuckApi& api, DuckPointer chunk, Shape& shape) {
  const auto rows = api.data_chunk_get_size(chunk);
  for (std::size_t i = 0; i < shape.columns.size(); ++i) {
    const DuckPointer vector = api.data_chunk_get_vector(chunk, i);
    append_values(shape.columns[i], shape.kinds[i], api.vector_get_data(vector), api.vector_get_validity(vector), rows);
  }
}

/// Appends the next chunk; false at the end.
bool fetch(const DuckApi& api, Result& result, Shape& shape) {
  Handle chunk(api.destroy_data_chunk);
  *chunk.out() = api.fetch_chunk(*result.raw());
  if (chunk.get() == nullptr) {
    if (const char* const error = api.result_error(result.raw()); error != nullptr && *error != '\0') fail_query(error);
    return false;
  }
  append_chunk(api, chunk.get(), shape);
  return true;
}

}  // namespace

std::vector<Column> Connection::select(std::string_view sql) {
  Result result(state_->api);
  state_->execute(std::string(sql), State::Only::select, result);
  Shape shape = shape_of(state_->api, result.raw());
  while (fetch(state_->api, result, shape)) {
  }
  return std::move(shape.columns);
}

void Connection::stream(std::string_view sql, const std::stop_token& stop,
                        const std::function<void(const std::vector<Column>&)>& take) {
  const DuckApi& api = state_->api;
  const std::stop_callback interrupt(stop, [&] { api.interrupt(state_->connection.get()); });
  Handle statement(api.destroy_prepare);
  state_->prepare(std::string(sql), State::Only::select, statement);
  Handle pending(api.destroy_pending);
  if (api.pending_prepared_streaming(statement.get(), pending.out()) != 0) fail_query(api.pending_error(pending.get()));
  Result result(api);
  if (api.execute_pending(pending.get(), result.raw()) != 0) fail_query(api.result_error(result.raw()));
  Shape shape = shape_of(api, result.raw());
  try {
    while (fetch(api, result, shape)) {
      take(shape.columns);
      for (Column& column : shape.columns) clear(column);
    }
  } catch (...) {
    state_->end_open_query();
    throw;
  }
}

namespace {

/// The chunks that the engine's threads hand over, as columns. Each thread takes a set of columns for the time of a
/// call.
class Pieces {
 public:
  Pieces(const DuckApi& api, const std::vector<Expression>& select) : api_(api), select_(select) {}

  void take_chunk(DuckPointer chunk, const std::function<void(const std::vector<Column>&)>& take) {
    std::unique_ptr<Shape> shape = borrow(chunk);
    append_chunk(api_, chunk, *shape);
    take(shape->columns);
    for (Column& column : shape->columns) clear(column);
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(shape));
  }

 private:
  std::unique_ptr<Shape> borrow(DuckPointer chunk) {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        std::unique_ptr<Shape> shape = std::move(free_.back());
        free_.pop_back();
        return shape;
      }
    }
    auto shape = std::make_unique<Shape>();
    for (std::size_t i = 0; i < select_.size(); ++i) {
      Handle type(api_.destroy_logical_type);
      *type.out() = api_.vector_get_column_type(api_.data_chunk_get_vector(chunk, i));
      shape->kinds.push_back(describe_column(api_, type.get()));
      shape->columns.push_back(start_column(select_[i].name, shape->kinds.back().type));
    }
    return shape;
  }

  const DuckApi& api_;
  const std::vector<Expression>& select_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Shape>> free_;
};

}  // namespace

void Connection::scatter(const std::vector<Expression>& select, const std::string& from, const std::stop_token& stop,
                         const std::function<void(const std::vector<Column>&)>& take) {
  const DuckApi& api = state_->api;
  const std::stop_callback interrupt(stop, [&] { api.interrupt(state_->connection.get()); });
  Pieces pieces(api, select);
  const std::string function =
      state_->define_function({}, DuckType::boolean, [&](DuckPointer arguments, DuckPointer results) {
        pieces.take_chunk(arguments, take);
        std::memset(api.vector_get_data(results), 1, api.data_chunk_get_size(arguments));
      });
  std::vector<std::string> columns;
  for (const Expression& expression : select) columns.push_back(expression.sql);
  Result counted(api);
  state_->execute_functions(fmt::format("SELECT count(*) FROM {} WHERE {}({})", from, function, join(columns, ", ")),
                            State::Only::select, counted);
}

void Connection::define(std::string_view name, std::string_view select) {
  state_->run(fmt::format("CREATE TEMP VIEW {} AS {}", quote_name(name), select));
}

}  // namespace mlo::table

#include "lib/table/connection.hpp"

#include "lib/table/duckdb_api.hpp"
#include "lib/table/read_chunk.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::table {
namespace {

/// One of DuckDB's handles with the function that frees it.
class Handle {
 public:
  explicit Handle(void (*destroy)(DuckPointer*)) : destroy_(destroy) {}
  Handle(const Handle&) = delete;
  ~Handle() {
    if (pointer_ != nullptr) destroy_(&pointer_);
  }
  DuckPointer* out() { return &pointer_; }
  DuckPointer get() const { return pointer_; }

 private:
  DuckPointer pointer_ = nullptr;
  void (*destroy_)(DuckPointer*);
};

class Result {
 public:
  explicit Result(const DuckApi& api) : api_(api) {}
  Result(const Result&) = delete;
  ~Result() { api_.destroy_result(&raw_); }
  DuckResult* raw() { return &raw_; }

 private:
  const DuckApi& api_;
  DuckResult raw_{};
};

/// "Binder Error: Referenced column .." and many lines more: the first line says it.
[[noreturn]] void fail(const char* message) {
  std::string text(split(message == nullptr ? "unknown error" : message, '\n').front());
  if (const auto at = text.find(" Error: "); at != std::string::npos) text.erase(0, at + 8);
  throw Error(ErrorKind::invalid, "the query failed: " + printable(text));
}

std::string quoted_list(const std::vector<fs::path>& paths) {
  std::vector<std::string> quoted;
  for (const auto& path : paths) quoted.push_back(quote(path.native()));
  return "[" + join(quoted, ", ") + "]";
}

}  // namespace

std::string quote(std::string_view text) { return "'" + replace_all(text, "'", "''") + "'"; }

struct Connection::State {
  const DuckApi& api;
  Handle database{api.close};
  Handle connection{api.disconnect};

  enum class Only { select, any };
  /// Runs the one statement of `sql` into `result`.
  void execute(const std::string& sql, Only only, Result& result) {
    Handle statements(api.destroy_extracted);
    const auto count = api.extract_statements(connection.get(), sql.c_str(), statements.out());
    if (count == 0) {
      const char* const error = api.extract_statements_error(statements.get());
      fail(error == nullptr ? "the query is empty" : error);
    }
    if (count != 1) fail("more than one statement");
    Handle statement(api.destroy_prepare);
    if (api.prepare_extracted_statement(connection.get(), statements.get(), 0, statement.out()) != 0) {
      fail(api.prepare_error(statement.get()));
    }
    if (only == Only::select && api.prepared_statement_type(statement.get()) != kDuckSelect)
      fail("only SELECT may be used");
    if (api.execute_prepared(statement.get(), result.raw()) != 0) fail(api.result_error(result.raw()));
  }

  void set(const std::string& assignment) {
    Result ignored(api);
    execute("SET " + assignment, Only::any, ignored);
  }
};

Connection::Connection(const Engine& engine, const Sandbox& sandbox) : state_(new State{engine.api()}) {
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
    fail(owned.get());
  }
  if (api.connect(state_->database.get(), state_->connection.out()) != 0) fail("cannot connect to the engine");
  state_->set("allowed_paths = " + quoted_list(sandbox.files));
  state_->set("allowed_directories = " + quoted_list(sandbox.directories));
  state_->set("enable_external_access = false");
  state_->set("TimeZone = 'UTC'");
  state_->set("lock_configuration = true");
}

Connection::Connection(Connection&&) noexcept = default;
Connection::~Connection() = default;

std::vector<Column> Connection::select(std::string_view sql) {
  const DuckApi& api = state_->api;
  Result result(api);
  state_->execute(std::string(sql), State::Only::select, result);

  std::vector<Column> columns(api.column_count(result.raw()));
  std::vector<DuckColumn> kinds;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Handle type(api.destroy_logical_type);
    *type.out() = api.column_logical_type(result.raw(), i);
    kinds.push_back(describe_column(api, type.get()));
    columns[i] = start_column(api.column_name(result.raw(), i), kinds.back());
  }
  while (true) {
    Handle chunk(api.destroy_data_chunk);
    *chunk.out() = api.fetch_chunk(*result.raw());
    if (chunk.get() == nullptr) break;
    const auto rows = api.data_chunk_get_size(chunk.get());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const DuckPointer vector = api.data_chunk_get_vector(chunk.get(), i);
      append_values(columns[i], kinds[i], api.vector_get_data(vector), api.vector_get_validity(vector), rows);
    }
  }
  if (const char* const error = api.result_error(result.raw()); error != nullptr && *error != '\0') fail(error);
  return columns;
}

}  // namespace mlo::table

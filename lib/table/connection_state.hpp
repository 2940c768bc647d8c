#pragma once
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "lib/table/connection.hpp"
#include "lib/table/duckdb_api.hpp"

// What a Connection is made of, for the files of lib/table that use one.
namespace mlo::table {

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

/// Error{invalid} with what DuckDB says, shortened to what says it.
[[noreturn]] void fail_query(const char* message);

/// A function of ours that SQL can call: the arguments as a chunk, the vector for its results. Called from any of the
/// engine's threads.
using SqlBody = std::function<void(DuckPointer arguments, DuckPointer results)>;

struct SqlFunction {
  SqlFunction(const DuckApi& engine, SqlBody what) : api(engine), body(std::move(what)) {}

  const DuckApi& api;
  SqlBody body;
  std::mutex mutex;
  std::exception_ptr failure = nullptr;  ///< the first that the body threw
};

/// An open database and one connection to it; at the most one of its results is open at a time.
struct Connection::State {
  explicit State(const DuckApi& engine) : api(engine) {}

  const DuckApi& api;
  std::vector<std::unique_ptr<SqlFunction>> functions;  ///< outlive the database
  Handle database{api.close};
  Handle connection{api.disconnect};

  enum class Only { select, any };
  /// Prepares the one statement of `sql`.
  void prepare(const std::string& sql, Only only, Handle& statement);
  /// Runs it into `result`.
  void execute(const std::string& sql, Only only, Result& result);
  void run(const std::string& sql);
  /// Ends a query whose result is still being read, by starting another: its threads are done afterwards. A connection
  /// that is closed while an exception is on its way does not wait for them, and they would go on with what is no more.
  void end_open_query() noexcept;
  /// Makes a function of one parameter, or of any number of any type; returns its name.
  std::string define_function(std::optional<DuckType> parameter, DuckType result, SqlBody body);
  /// As execute, but what a function threw is thrown on as it was.
  void execute_functions(const std::string& sql, Only only, Result& result);
};

}  // namespace mlo::table

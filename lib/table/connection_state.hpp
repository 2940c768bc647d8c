#pragma once
#include <string>

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

/// An open database and one connection to it; at the most one of its results is open at a time.
struct Connection::State {
  explicit State(const DuckApi& functions) : api(functions) {}

  const DuckApi& api;
  Handle database{api.close};
  Handle connection{api.disconnect};

  enum class Only { select, any };
  /// Prepares the one statement of `sql`.
  void prepare(const std::string& sql, Only only, Handle& statement);
  /// Runs it into `result`.
  void execute(const std::string& sql, Only only, Result& result);
  void run(const std::string& sql);
};

}  // namespace mlo::table

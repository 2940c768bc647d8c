#pragma once
#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>
#include <vector>

#include "lib/table/columns.hpp"
#include "lib/table/engine.hpp"
#include "lib/util/fs.hpp"

namespace mlo::table {

/// All that SQL may reach outside its in-memory database; absolute paths.
struct Sandbox {
  std::vector<fs::path> files;
  std::vector<fs::path> directories;
  unsigned threads = 1;
  fs::path spill = {};  ///< where what does not fit into memory may go; empty: nowhere, and that is an error
};

/// A column to select.
struct Expression {
  std::string sql;
  std::string name;  ///< what errors call it
};

/// An in-memory database that reads what its sandbox names and nothing else: no other file, no extension, no setting
/// can be reached by SQL afterwards. For one thread at a time. Borrows the engine.
class Connection {
 public:
  Connection(const Engine& engine, const Sandbox& sandbox);
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  ~Connection();

  /// Runs one SELECT. Error{invalid} with DuckDB's first line if it is not exactly one, or fails, or if a value has a
  /// type without a ColumnType (the hint says to cast it) or beyond int64. Columns of type `other` are fine in a result
  /// without rows.
  std::vector<Column> select(std::string_view sql);
  /// The same, a piece of some thousand rows at a time and in the result's order, so that a result of any length takes
  /// the memory of a few pieces. `take` borrows the columns for the time of the call. What it throws ends the query. A
  /// stop ends it with Error{invalid}.
  void stream(std::string_view sql, const std::stop_token& stop,
              const std::function<void(const std::vector<Column>&)>& take);
  /// The rows of `from` (what may stand after FROM) in no order, from several threads at once: `take` borrows pieces of
  /// some thousand rows that follow each other in `from`. Much faster than `stream` where the engine reads in parallel.
  /// Errors and stops as there.
  void scatter(const std::vector<Expression>& select, const std::string& from, const std::stop_token& stop,
               const std::function<void(const std::vector<Column>&)>& take);
  /// Gives a trusted SELECT a name that later queries can read from.
  void define(std::string_view name, std::string_view select);

 private:
  friend class TableWriter;
  struct State;
  std::unique_ptr<State> state_;
};

/// A SQL string literal.
std::string quote(std::string_view text);

}  // namespace mlo::table

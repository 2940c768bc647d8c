#pragma once
#include <memory>
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
};

/// An in-memory database that reads what its sandbox names and nothing else: no other file, no extension, no setting
/// can be reached by SQL afterwards. For one thread at a time. Borrows the engine.
class Connection {
 public:
  Connection(const Engine& engine, const Sandbox& sandbox);
  Connection(Connection&&) noexcept;
  ~Connection();

  /// Runs one SELECT. Error{invalid} with DuckDB's first line if it is not exactly one, or fails, or if a value has a
  /// type without a ColumnType (the hint says to cast it) or beyond int64. Columns of type `other` are fine in a result
  /// without rows.
  std::vector<Column> select(std::string_view sql);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A SQL string literal.
std::string quote(std::string_view text);

}  // namespace mlo::table

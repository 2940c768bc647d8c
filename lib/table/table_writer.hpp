#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lib/table/connection.hpp"
#include "lib/table/table_file.hpp"
#include "lib/util/world.hpp"

namespace mlo::table {

/// Puts new columns beside the rows of a table and writes both into one file. For one thread at a time.
class TableWriter {
 public:
  /// Appends the new column's values for these rows of the table (counted from 0), which may lie beyond its end if the
  /// file changed. Called from several threads at once, with rows in any order.
  using Fill = std::function<void(std::span<const std::int64_t> rows, Column& out)>;

  /// Reads the files of the table and writes `target`, and can reach nothing else. Borrows the engine.
  TableWriter(const Engine& engine, const std::vector<fs::path>& table, const fs::path& target, unsigned threads);

  /// Adds a column of that name and type after those added before.
  void add(const Column& column, Fill fill);
  /// Writes the rows of the table with all new columns beside them, in order, as Parquet or CSV; the same input gives
  /// the same bytes. The table is given by `scan` and `row_number_of`. Returns the number of rows. The file is the
  /// caller's to sync. A stop of the world ends it with Error{interrupted}; what is in the file then is nothing to
  /// keep.
  std::uint64_t write(const std::string& scan, const std::string& row_number, FileFormat format, const World& world);

 private:
  struct Added {
    std::string name;
    ColumnType type;
    Fill fill;
  };
  Connection connect(unsigned threads) const;
  static std::string define(Connection& connection, const Added& column, const World& world);

  const Engine& engine_;
  std::vector<fs::path> table_;
  fs::path target_;
  unsigned threads_;
  std::vector<Added> added_;
};

}  // namespace mlo::table

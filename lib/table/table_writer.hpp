#pragma once
#include <string>
#include <vector>

#include "lib/table/connection.hpp"
#include "lib/table/table_file.hpp"

namespace mlo::table {

/// Puts new columns beside the rows of a table and writes both into one file. For one thread at a time.
class TableWriter {
 public:
  /// Reads the files of the table and writes `target`, and can reach nothing else.
  TableWriter(const Engine& engine, const std::vector<fs::path>& table, const fs::path& target, unsigned threads);
  ~TableWriter();

  /// Starts a group of columns: names and types. They come after what was added before.
  void start(const std::vector<Column>& columns);
  /// The group's next rows. Every group gets as many rows as the table has.
  void append(const std::vector<Column>& rows);
  /// Writes the rows of `scan` (as table::scan gives it) with all groups beside them, in order, as Parquet or CSV; the
  /// same input gives the same bytes. Returns the number of rows. The file is the caller's to sync.
  std::uint64_t write(const std::string& scan, FileFormat format);

 private:
  void finish_group();

  struct Appender;
  Connection connection_;
  fs::path target_;
  std::size_t groups_ = 0;
  std::unique_ptr<Appender> appender_;
};

}  // namespace mlo::table

#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "lib/data/table_source.hpp"
#include "lib/util/world.hpp"

namespace mlo::drift {

/// What was read of one column of one side.
struct LoadedColumn {
  std::string name;
  table::ColumnType type = table::ColumnType::other;
  std::uint64_t nulls = 0;
  std::uint64_t not_finite = 0;      ///< NaN and infinities
  std::vector<double> numbers = {};  ///< of integers and reals: the finite values, ascending
  std::vector<std::pair<std::string, std::uint64_t>> values =
      {};  ///< of booleans and strings: each value and its count, ascending

  /// Values that are neither null nor NaN nor infinite.
  std::uint64_t usable(std::uint64_t rows) const { return rows - nulls - not_finite; }
};

/// A table that is read piece by piece, so that memory does not grow with its width. Borrows the engine.
class TableReader {
 public:
  /// Reads the columns' names and types and counts the rows. Error{invalid} naming the source if it cannot be read.
  TableReader(const table::Engine& engine, World& world, DataSource source);

  const DataSource& source() const { return source_; }
  std::uint64_t rows() const { return rows_; }
  const std::vector<table::Column>& columns() const { return columns_; }  ///< names and types; no values

  /// Reads these columns (indices into columns()), in this order.
  std::vector<LoadedColumn> load(const std::vector<std::size_t>& columns);

 private:
  std::vector<table::Column> select(const std::string& what, const std::string& rest = {});
  std::string from() const;
  void read_shape();
  std::vector<LoadedColumn> load_now(const std::vector<std::size_t>& columns);
  void load_numbers(const std::vector<LoadedColumn*>& columns);
  void load_values(const std::vector<LoadedColumn*>& columns);
  void load_nulls(const std::vector<LoadedColumn*>& columns);

  World& world_;
  DataSource source_;
  table::Connection connection_;
  table::Sniff sniff_ = table::Sniff::first_rows;
  std::uint64_t rows_ = 0;
  std::vector<table::Column> columns_;
};

}  // namespace mlo::drift

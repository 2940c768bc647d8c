#pragma once
#include <map>
#include <optional>

#include "lib/table/connection.hpp"
#include "lib/util/error.hpp"
#include "lib/validate/expectation.hpp"
#include "lib/validate/validate.hpp"

namespace mlo::validate {

/// A table that is open for SELECTs, and others that it is compared with.
class OpenTable {
 public:
  /// Reads the columns' names and types. `others`: by what a suite calls them. Error{invalid} naming the table.
  OpenTable(World& world, const Rows& rows, std::map<std::string, Rows> others);

  const std::vector<table::Column>& columns() const { return columns_; }
  /// What may stand after FROM.
  std::string from() const { return table::scan(rows_.files, rows_.format, sniff_); }
  std::string from_other(const std::string& name) const;
  const Rows& rows() const { return rows_; }
  /// The columns of what may stand after FROM.
  std::vector<table::Column> select_shape(const std::string& from);
  /// Runs one SELECT with a small result. A stop ends it.
  std::vector<table::Column> select(const std::string& sql);

  /// Calls `read`, which may SELECT; once more, with types guessed from all rows, if a text file's first rows promised
  /// what later ones break.
  template <class Read>
  auto with_types(Read read) {
    check_stop(world_);
    try {
      try {
        return read();
      } catch (const Error& error) {
        check_stop(world_);
        if (error.kind() != ErrorKind::invalid || sniff_ == table::Sniff::all_rows || is_typed()) throw;
        sniff_ = table::Sniff::all_rows;
        read_columns();
        return read();
      }
    } catch (Error& error) {
      if (error.kind() == ErrorKind::invalid) error.prefix(fmt::format("cannot read `{}`", printable_label()));
      throw;
    }
  }

 private:
  bool is_typed() const { return rows_.format == table::FileFormat::parquet; }
  std::string printable_label() const;
  void read_columns();

  World& world_;
  Rows rows_;
  std::map<std::string, Rows> others_;
  table::Sniff sniff_ = table::Sniff::first_rows;
  table::Engine engine_;
  table::Connection connection_;
  std::vector<table::Column> columns_;
};

/// A column's values with NaN as null.
ColumnRef reference_to(const table::Column& column);

}  // namespace mlo::validate

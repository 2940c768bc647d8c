#pragma once
#include <functional>
#include <string>
#include <vector>

#include "lib/manifest/features.hpp"
#include "lib/table/connection.hpp"
#include "lib/table/table_file.hpp"
#include "lib/util/world.hpp"

namespace mlo::features {

/// A column to read, and the type it must have or be convertible to without loss.
struct WantedColumn {
  std::string column;
  FeatureType type = FeatureType::string;
  std::string option = {};  ///< what names another column, for the hint
};

/// What to read from.
struct Relation {
  std::string sql;    ///< what may stand after FROM
  std::string label;  ///< for errors: "`data/weather.csv`"
  /// CSV: read as text, and every text must spell its type. JSON lines: every value as it is written. Otherwise the
  /// engine's types count.
  enum class Form { typed, text, json } form = Form::typed;
  bool numbered = false;  ///< one file that the engine may read in parallel (table::row_number_of)
};
/// The rows of files of one format.
Relation relation_of(const std::vector<fs::path>& files, table::FileFormat format, std::string label,
                     const std::vector<std::string>& nulls);

table::ColumnType column_type(FeatureType type);

enum class RowOrder {
  kept,
  any,  ///< pieces may come in any order, from several threads at once
};

/// Borrows some thousand rows, which follow each other, and the place of the first (counted from 0).
using TakeRows = std::function<void(const std::vector<const table::Column*>&, std::uint64_t place)>;

/// Calls `take` with the wanted columns, in their order, a piece at a time.
/// Times without a zone are UTC. Error{invalid} for a missing column, a type that cannot be converted, or a value that
/// does not spell its type, naming column and row (counted from 1).
void read_typed(table::Connection& connection, World& world, const Relation& relation,
                const std::vector<WantedColumn>& wanted, RowOrder order, const TakeRows& take);

/// Names of the relation's columns.
std::vector<table::Column> columns_of(table::Connection& connection, const Relation& relation);

}  // namespace mlo::features

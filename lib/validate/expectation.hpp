#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/codec/reader.hpp"
#include "lib/manifest/suite.hpp"
#include "lib/table/columns.hpp"
#include "lib/util/utc_time.hpp"

// What an expectation is: it reads its entry of a suite, then becomes pieces of SQL for a table that is there.
namespace mlo::validate {

/// A column as SQL sees it.
struct ColumnRef {
  std::string name;
  table::ColumnType type = table::ColumnType::other;
  std::string sql;  ///< its values; NaN is null, as in pandas
};

/// The table that is validated. What cannot be judged there (no such column, a bound of another type) is
/// Error{invalid}: a result of that expectation, not the end of the validation.
class Scope {
 public:
  virtual ~Scope() = default;
  virtual const std::vector<table::Column>& columns() const = 0;  ///< names and types
  virtual ColumnRef column(const std::string& name) const = 0;    ///< by its exact name
  /// A column of another table, one that the expectation's `other` named: a SELECT of its values without nulls, which
  /// can be compared with those of `like`.
  virtual std::string values_of(const std::string& table, const std::string& column, const ColumnRef& like) = 0;
  /// Makes an expression that is computed for each row before anything is counted; gives what to call it. Windows go in
  /// the order of the rows; a later one may use an earlier one.
  virtual std::string derive(std::string sql) = 0;
  virtual std::string row() = 0;  ///< the number of the row, from 1, for `derive`
  /// Tries an expression without rows.
  virtual void require(const std::string& sql, const std::string& otherwise) = 0;
  virtual UtcTime now() const = 0;
};

/// Judges rows. SQL conditions; rows that are not judged do not count against `mostly`.
struct RowCheck {
  std::vector<std::string> columns;  ///< that the sample shows
  std::string judged;
  std::string holds;  ///< of a judged row; null is no
  std::string key{};  ///< in place of `holds`: no other judged row has the same
};

/// Judges figures of the whole table. SQL aggregates.
struct ValueCheck {
  std::vector<std::string> observed;
  std::string holds;  ///< null is no
};

/// Judges the columns themselves.
struct ShapeCheck {
  bool holds = false;
  Value observed;
  std::string reason{};
};

using Check = std::variant<RowCheck, ValueCheck, ShapeCheck>;

/// An entry of a suite, read.
struct Expectation {
  std::string type;
  std::vector<std::string> columns;  ///< that it speaks of; for people
  std::string bound;                 ///< the rest of it; for people
  double mostly = 1;
  std::vector<std::string> other{};  ///< other tables that it reads, as typed
  std::function<Check(Scope&)> compile{};
};

/// Reads what is the kind's own; what it does not ask for is refused by the caller. Error{invalid} with
/// file:line:column.
using ReadExpectation = void (*)(ObjectReader& in, Expectation& out);

struct ExpectationKind {
  std::string_view name;
  bool mostly;  ///< whether a share of rows may be enough
  ReadExpectation read;
};
std::span<const ExpectationKind> expectation_kinds();  ///< the table is in all.cpp

/// Every entry, read strictly. Error{invalid} with file:line:column, for an unknown type with what may be meant.
std::vector<Expectation> read_expectations(const SuiteManifest& suite);

}  // namespace mlo::validate

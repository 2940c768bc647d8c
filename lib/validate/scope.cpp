#include "lib/validate/scope.hpp"

#include <algorithm>

#include "lib/util/text.hpp"
#include "lib/validate/sql.hpp"

namespace mlo::validate {
namespace {

const table::Column& find_column(const std::vector<table::Column>& columns, const std::string& name) {
  std::vector<std::string> names;
  for (const table::Column& column : columns) {
    if (column.name == name) return column;
    names.push_back(column.name);
  }
  const std::string near = nearest(name, names);
  throw Error(ErrorKind::invalid,
              fmt::format("there is no column `{}`{}", printable(name),
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", printable(near))));
}

}  // namespace

TableScope::TableScope(OpenTable& table, UtcTime now, const std::map<std::string, std::string>& missing)
    : table_(table), now_(now), missing_(missing), prefix_("mlo") {
  const auto taken = [&](const table::Column& column) { return to_lower(column.name).starts_with(prefix_); };
  while (std::any_of(columns().begin(), columns().end(), taken)) prefix_ += '_';
}

ColumnRef TableScope::column(const std::string& name) const { return reference_to(find_column(columns(), name)); }

std::string TableScope::values_of(const std::string& table, const std::string& column, const ColumnRef& like) {
  if (const auto failed = missing_.find(table); failed != missing_.end())
    throw Error(ErrorKind::invalid, failed->second);
  const std::string from = table_.from_other(table);
  const auto there = table_.select_shape(from);
  const ColumnRef found = reference_to(find_column(there, column));
  require_comparable(like, found);
  return fmt::format("SELECT {0} FROM {1} WHERE {0} IS NOT NULL", found.sql, from);
}

std::string TableScope::derive(std::string sql) {
  std::size_t level = 0;
  for (const Derived& earlier : derived_) {
    if (sql.find(earlier.alias) != std::string::npos) level = std::max(level, earlier.level + 1);
  }
  derived_.push_back({std::move(sql), fmt::format("{}{}_", prefix_, derived_.size()), level});
  return derived_.back().alias;
}

std::string TableScope::row() {
  if (row_.empty()) row_ = derive("row_number() OVER ()");
  return row_;
}

void TableScope::require(const std::string& sql, const std::string& otherwise) {
  try {
    table_.select(fmt::format("SELECT {} IS NULL", sql));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::invalid) throw;
    throw Error(ErrorKind::invalid, otherwise);
  }
}

std::string TableScope::from() const {
  std::string out = table_.from();
  for (std::size_t level = 0;; ++level) {
    std::string columns = "*";
    for (const Derived& derived : derived_) {
      if (derived.level == level) columns += fmt::format(", {} AS {}", derived.sql, derived.alias);
    }
    if (columns == "*") return out;
    out = fmt::format("(SELECT {} FROM {})", columns, out);
  }
}

}  // namespace mlo::validate

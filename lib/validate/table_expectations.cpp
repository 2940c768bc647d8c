#include <cmath>
#include <set>

#include "lib/table/connection.hpp"
#include "lib/util/text.hpp"
#include "lib/validate/sql.hpp"
#include "lib/validate/types.hpp"

// Expectations of figures and of the columns themselves.
namespace mlo::validate {
namespace {

using table::ColumnType;

ColumnRef numeric_column(const Scope& scope, const std::string& name) {
  ColumnRef column = scope.column(name);
  if (is_number(column.type)) return column;
  throw Error(ErrorKind::invalid,
              fmt::format("column `{}` is {}, not a number", printable(name), to_string(column.type)));
}

/// A figure of one column of numbers: `pattern` with the column for `{}`.
void judge_figure(ObjectReader& in, Expectation& out, const char* pattern) {
  out.columns = {in.string("column")};
  const Bounds bounds = read_bounds(in, BoundKind::number, false);
  out.bound = bounds.text();
  out.compile = [name = out.columns.front(), bounds, pattern](Scope& scope) -> Check {
    const std::string figure =
        fmt::format(fmt::runtime(pattern), fmt::format("CAST({} AS DOUBLE)", numeric_column(scope, name).sql));
    return ValueCheck{{figure}, bounds.sql_of_number(figure)};
  };
}

/// The least or the greatest value of a column that has an order.
void judge_extreme(ObjectReader& in, Expectation& out, std::string function) {
  out.columns = {in.string("column")};
  const Bounds bounds = read_bounds(in, BoundKind::any, false);
  out.bound = bounds.text();
  out.compile = [name = out.columns.front(), bounds, function = std::move(function)](Scope& scope) -> Check {
    const ColumnRef column = scope.column(name);
    if (column.type == ColumnType::other || column.type == ColumnType::boolean)
      throw Error(ErrorKind::invalid, fmt::format("column `{}` is {}", printable(name), to_string(column.type)));
    const std::string value = fmt::format("{}({})", function, column.sql);
    return ValueCheck{{is_number(column.type) ? value : fmt::format("CAST({} AS VARCHAR)", value)},
                      bounds.sql(scope, column, value)};
  };
}

struct Quantiles {
  std::vector<double> at;
  std::vector<std::pair<double, double>> ranges;
  std::string between;  ///< pandas' name of what is done between two values
};

double read_bound(ObjectReader& in, const Value& value, double missing) {
  if (value.is_null()) return missing;
  if (!value.is_number()) in.fail("value_ranges", "a range is `[least, most]`, numbers or null");
  return value.as_number();
}

Quantiles read_quantile_ranges(ObjectReader& outer) {
  const Value& value = outer.require("quantile_ranges");
  if (!value.is(Value::Type::object)) outer.fail("quantile_ranges", "`quantile_ranges` must be a mapping");
  Quantiles out;
  const Value* at = value.find("quantiles");
  const Value* ranges = value.find("value_ranges");
  if (value.members().size() != 2 || at == nullptr || ranges == nullptr || !at->is(Value::Type::array) ||
      !ranges->is(Value::Type::array) || at->items().size() != ranges->items().size() || at->items().empty())
    outer.fail("quantile_ranges", "`quantile_ranges` needs `quantiles` and `value_ranges`, two lists of one length");
  for (const Value& q : at->items()) {
    if (!q.is_number() || !(q.as_number() >= 0 && q.as_number() <= 1))
      outer.fail("quantile_ranges", "a quantile is a number from 0 to 1");
    out.at.push_back(q.as_number());
  }
  for (const Value& range : ranges->items()) {
    if (!range.is(Value::Type::array) || range.items().size() != 2)
      outer.fail("quantile_ranges", "a range is `[least, most]`, numbers or null");
    out.ranges.emplace_back(read_bound(outer, range.items()[0], -INFINITY),
                            read_bound(outer, range.items()[1], INFINITY));
  }
  out.between = "nearest";
  if (const Value* how = outer.find("allow_relative_error"); how != nullptr && !how->is(Value::Type::boolean)) {
    out.between = outer.string("allow_relative_error");
  } else if (how != nullptr && how->as_bool()) {
    outer.fail("allow_relative_error", "`allow_relative_error` must be false or pandas' name of an interpolation");
  }
  for (const char* known : {"nearest", "linear", "lower", "higher", "midpoint"}) {
    if (out.between == known) return out;
  }
  outer.fail("allow_relative_error", "pandas interpolates by `linear`, `lower`, `higher`, `midpoint` or `nearest`");
}

/// The value at a quantile of sorted values, as numpy's percentile of that method.
std::string quantile_sql(const std::string& column, double at, const std::string& between) {
  const std::string share = fmt::format("CAST('{}' AS DOUBLE)", format_double(at));
  if (between == "linear") return fmt::format("quantile_cont({}, {})", column, share);
  const auto value = [&](const char* rounded) {
    return fmt::format(
        "list_sort(list({0}) FILTER (WHERE {0} IS NOT NULL))[1 + CAST({1} AS BIGINT)]", column,
        fmt::format(fmt::runtime(rounded), fmt::format("greatest(count({}) - 1, 0) * {}", column, share)));
  };
  if (between == "lower") return value("floor({})");
  if (between == "higher") return value("ceil({})");
  if (between == "midpoint") return fmt::format("(({}) + ({})) / 2", value("floor({})"), value("ceil({})"));
  return value("round_even({}, 0)");
}

/// Great Expectations lets a quantile be outside its range by a ten-thousandth of the bound.
std::string near_range(const std::string& value, std::pair<double, double> range) {
  std::vector<std::string> inside;
  std::vector<std::string> any;
  const auto number = [](double v) { return fmt::format("CAST('{}' AS DOUBLE)", format_double(v)); };
  for (const auto& [bound, sign] : {std::pair(range.first, ">="), std::pair(range.second, "<=")}) {
    if (std::isinf(bound)) continue;
    inside.push_back(fmt::format("{} {} {}", value, sign, number(bound)));
    any.push_back(fmt::format("abs({} - {}) <= {}", value, number(bound), number(1e-8 + 1e-4 * std::abs(bound))));
  }
  inside.push_back(fmt::format("{} IS NOT NULL", value));
  any.push_back(fmt::format("({})", join(inside, " AND ")));
  return fmt::format("({})", join(any, " OR "));
}

Value names_of(const Scope& scope) {
  Value out = Value::array();
  for (const table::Column& column : scope.columns()) out.push(column.name);
  return out;
}

std::string set_difference(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::vector<std::string> only;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(only));
  return join(only, "`, `");
}

}  // namespace

void read_min(ObjectReader& in, Expectation& out) { judge_extreme(in, out, "min"); }
void read_max(ObjectReader& in, Expectation& out) { judge_extreme(in, out, "max"); }
void read_mean(ObjectReader& in, Expectation& out) { judge_figure(in, out, "avg({})"); }
void read_median(ObjectReader& in, Expectation& out) { judge_figure(in, out, "median({})"); }
void read_stdev(ObjectReader& in, Expectation& out) { judge_figure(in, out, "stddev_samp({})"); }

void read_quantiles(ObjectReader& in, Expectation& out) {
  out.columns = {in.string("column")};
  const Quantiles quantiles = read_quantile_ranges(in);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < quantiles.at.size(); ++i)
    parts.push_back(fmt::format("{}: {}..{}", format_double(quantiles.at[i]), format_double(quantiles.ranges[i].first),
                                format_double(quantiles.ranges[i].second)));
  out.bound = join(parts, ", ");
  out.compile = [name = out.columns.front(), quantiles](Scope& scope) -> Check {
    const std::string column = fmt::format("CAST({} AS DOUBLE)", numeric_column(scope, name).sql);
    ValueCheck check;
    std::vector<std::string> holds;
    for (std::size_t i = 0; i < quantiles.at.size(); ++i) {
      check.observed.push_back(quantile_sql(column, quantiles.at[i], quantiles.between));
      holds.push_back(near_range(check.observed.back(), quantiles.ranges[i]));
    }
    check.holds = join(holds, " AND ");
    return check;
  };
}

void read_unique_count(ObjectReader& in, Expectation& out) {
  out.columns = {in.string("column")};
  const Bounds bounds = read_bounds(in, BoundKind::count, false);
  out.bound = bounds.text();
  out.compile = [name = out.columns.front(), bounds](Scope& scope) -> Check {
    const std::string count = fmt::format("count(DISTINCT {})", scope.column(name).sql);
    return ValueCheck{{count}, bounds.sql_of_number(count)};
  };
}

void read_row_count(ObjectReader& in, Expectation& out) {
  const Bounds bounds = read_bounds(in, BoundKind::count, false);
  out.bound = bounds.text();
  out.compile = [bounds](Scope&) -> Check { return ValueCheck{{"count(*)"}, bounds.sql_of_number("count(*)")}; };
}

void read_freshness(ObjectReader& in, Expectation& out) {
  out.columns = {in.string("column")};
  const std::string age = in.string("max_age");
  const auto limit = parse_duration(age);
  if (!limit) in.fail("max_age", fmt::format("`{}` is no duration such as `36h` or `7d`", printable(age)));
  out.bound = "not older than " + age;
  out.compile = [name = out.columns.front(), limit = *limit](Scope& scope) -> Check {
    const ColumnRef column = scope.column(name);
    if (column.type != ColumnType::timestamp && column.type != ColumnType::date)
      throw Error(ErrorKind::invalid,
                  fmt::format("column `{}` is {}, not a time", printable(name), to_string(column.type)));
    const std::string newest = fmt::format("CAST(max({}) AS TIMESTAMP)", column.sql);
    const std::int64_t oldest = scope.now().micros() - limit.count();
    return ValueCheck{{fmt::format("CAST({} AS VARCHAR)", newest)},
                      fmt::format("{} >= make_timestamp(CAST({} AS BIGINT))", newest, oldest)};
  };
}

void read_exists(ObjectReader& in, Expectation& out) {
  out.columns = {in.string("column")};
  std::optional<std::int64_t> index;
  if (in.find("column_index") != nullptr) index = in.integer("column_index");
  if (index) out.bound = fmt::format("at {}", *index);
  out.compile = [name = out.columns.front(), index](Scope& scope) -> Check {
    const auto& columns = scope.columns();
    const auto at = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.name == name; });
    const bool there = at != columns.end();
    return ShapeCheck{there && (!index || at - columns.begin() == *index),
                      there ? Value(at - columns.begin()) : Value(),
                      there ? "" : fmt::format("there is no column `{}`", printable(name))};
  };
}

void read_columns_set(ObjectReader& in, Expectation& out) {
  in.require("column_set");
  const std::vector<std::string> names = in.strings("column_set");
  const bool exact = in.boolean_or("exact_match", true);
  out.bound = fmt::format("{} {}", exact ? "are" : "hold", join(names, ", "));
  out.compile = [wanted = std::set<std::string>(names.begin(), names.end()), exact](Scope& scope) -> Check {
    std::set<std::string> there;
    for (const table::Column& column : scope.columns()) there.insert(column.name);
    const std::string missing = set_difference(wanted, there);
    const std::string surplus = exact ? set_difference(there, wanted) : "";
    std::vector<std::string> reasons;
    if (!missing.empty()) reasons.push_back(fmt::format("missing: `{}`", printable(missing)));
    if (!surplus.empty()) reasons.push_back(fmt::format("unexpected: `{}`", printable(surplus)));
    return ShapeCheck{reasons.empty(), names_of(scope), join(reasons, "; ")};
  };
}

void read_columns_list(ObjectReader& in, Expectation& out) {
  in.require("column_list");
  const std::vector<std::string> names = in.strings("column_list");
  out.bound = "are " + join(names, ", ");
  out.compile = [names](Scope& scope) -> Check {
    const auto& columns = scope.columns();
    for (std::size_t i = 0; i < std::max(names.size(), columns.size()); ++i) {
      const std::string wanted = i < names.size() ? names[i] : "", there = i < columns.size() ? columns[i].name : "";
      if (i < names.size() && i < columns.size() && wanted == there) continue;
      return ShapeCheck{false, names_of(scope),
                        fmt::format("column {} is `{}`, not `{}`", i + 1, printable(there), printable(wanted))};
    }
    return ShapeCheck{true, names_of(scope)};
  };
}

void read_type(ObjectReader& in, Expectation& out) {
  const std::string name = in.string("type_");
  if (!find_type(name)) in.fail("type_", unknown_type(name));
  out.columns = {in.string("column")};
  out.bound = "is " + name;
  out.compile = [column = out.columns.front(), type = *find_type(name)](Scope& scope) -> Check {
    const ColumnType there = scope.column(column).type;
    return ShapeCheck{there == type, to_string(there)};
  };
}

void read_type_list(ObjectReader& in, Expectation& out) {
  in.require("type_list");
  const std::vector<std::string> names = in.strings("type_list");
  std::set<ColumnType> types;
  for (const std::string& name : names) {
    if (!find_type(name)) in.fail("type_list", unknown_type(name));
    types.insert(*find_type(name));
  }
  out.columns = {in.string("column")};
  out.bound = "is " + join(names, ", ");
  out.compile = [column = out.columns.front(), types](Scope& scope) -> Check {
    const ColumnType there = scope.column(column).type;
    return ShapeCheck{types.contains(there), to_string(there)};
  };
}

}  // namespace mlo::validate

#include "lib/table/connection.hpp"
#include "lib/util/text.hpp"
#include "lib/validate/sql.hpp"

// Expectations of single rows. Names, treatment of nulls and of `mostly` are Great Expectations'.
namespace mlo::validate {
namespace {

using table::ColumnType;

/// Judges the values of `column` that are not null. `holds` makes the condition.
void judge_values(ObjectReader& in, Expectation& out,
                  std::function<std::string(Scope&, const ColumnRef& column)> holds) {
  out.columns = {in.string("column")};
  out.compile = [name = out.columns.front(), holds = std::move(holds)](Scope& scope) -> Check {
    const ColumnRef column = scope.column(name);
    return RowCheck{{name}, fmt::format("{} IS NOT NULL", column.sql), holds(scope, column)};
  };
}

std::string text_of(const ColumnRef& column) {
  return column.type == ColumnType::string ? column.sql : fmt::format("CAST({} AS VARCHAR)", column.sql);
}

std::string list_text(const std::vector<Value>& values) {
  constexpr std::size_t kShown = 6;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < values.size() && i < kShown; ++i) parts.push_back(display(values[i]));
  if (values.size() > kShown) parts.push_back(fmt::format(".. ({})", values.size()));
  return join(parts, ", ");
}

std::vector<Value> read_set(ObjectReader& in) {
  in.require("value_set");
  const std::vector<Value>& values = in.array("value_set");
  for (const Value& value : values) {
    if (!value.is_scalar()) in.fail("value_set", "`value_set` must hold numbers, texts or booleans");
  }
  return values;
}

std::string matches(Scope& scope, const ColumnRef& column, const std::string& regex) {
  const std::string pattern = text_literal(regex);
  scope.require(fmt::format("regexp_matches('', {})", pattern),
                fmt::format("`{}` is no regular expression for RE2", printable(regex)));
  return fmt::format("regexp_matches({}, {})", text_of(column), pattern);
}

/// `ignore_row_if`: which rows are not judged.
std::string judged_rows(std::string_view ignore, const std::vector<ColumnRef>& columns) {
  std::vector<std::string> parts;
  for (const ColumnRef& column : columns) parts.push_back(fmt::format("{} IS NOT NULL", column.sql));
  if (ignore.starts_with("any_") || ignore.starts_with("either_")) return "(" + join(parts, " AND ") + ")";
  return ignore.starts_with("all_") || ignore.starts_with("both_") ? "(" + join(parts, " OR ") + ")" : "true";
}

std::string read_ignored(ObjectReader& in, const std::vector<std::string>& choices) {
  const std::string ignored = in.string_or("ignore_row_if", choices.front());
  if (std::find(choices.begin(), choices.end(), ignored) == choices.end())
    in.fail("ignore_row_if", fmt::format("`ignore_row_if` must be `{}`", join(choices, "`, `")));
  return ignored;
}

}  // namespace

void read_not_null(ObjectReader& in, Expectation& out) {
  out.columns = {in.string("column")};
  out.compile = [name = out.columns.front()](Scope& scope) -> Check {
    return RowCheck{{name}, "true", fmt::format("{} IS NOT NULL", scope.column(name).sql)};
  };
}

void read_null(ObjectReader& in, Expectation& out) {
  out.columns = {in.string("column")};
  out.compile = [name = out.columns.front()](Scope& scope) -> Check {
    return RowCheck{{name}, "true", fmt::format("{} IS NULL", scope.column(name).sql)};
  };
}

void read_unique(ObjectReader& in, Expectation& out) {
  out.columns = {in.string("column")};
  out.compile = [name = out.columns.front()](Scope& scope) -> Check {
    const ColumnRef column = scope.column(name);
    return RowCheck{{name}, fmt::format("{} IS NOT NULL", column.sql), {}, column.sql};
  };
}

void read_in_set(ObjectReader& in, Expectation& out) {
  const std::vector<Value> values = read_set(in);
  out.bound = "in " + list_text(values);
  judge_values(in, out, [values](Scope& scope, const ColumnRef& column) { return in_set(scope, column, values); });
}

void read_not_in_set(ObjectReader& in, Expectation& out) {
  const std::vector<Value> values = read_set(in);
  out.bound = "not in " + list_text(values);
  judge_values(in, out, [values](Scope& scope, const ColumnRef& column) {
    return fmt::format("NOT ({})", in_set(scope, column, values));
  });
}

void read_between(ObjectReader& in, Expectation& out) {
  const Bounds bounds = read_bounds(in, BoundKind::any, true);
  out.bound = bounds.text();
  judge_values(in, out,
               [bounds](Scope& scope, const ColumnRef& column) { return bounds.sql(scope, column, column.sql); });
}

void read_regex(ObjectReader& in, Expectation& out) {
  const std::string regex = in.string("regex");
  out.bound = "matches " + regex;
  judge_values(in, out, [regex](Scope& scope, const ColumnRef& column) { return matches(scope, column, regex); });
}

void read_not_regex(ObjectReader& in, Expectation& out) {
  const std::string regex = in.string("regex");
  out.bound = "does not match " + regex;
  judge_values(in, out, [regex](Scope& scope, const ColumnRef& column) {
    return fmt::format("NOT {}", matches(scope, column, regex));
  });
}

void read_lengths(ObjectReader& in, Expectation& out) {
  const Bounds bounds = read_bounds(in, BoundKind::count, true);
  out.bound = "length " + bounds.text();
  judge_values(in, out, [bounds](Scope&, const ColumnRef& column) {
    return bounds.sql_of_number(fmt::format("length({})", text_of(column)));
  });
}

void read_increasing(ObjectReader& in, Expectation& out) {
  const bool strictly = in.boolean_or("strictly", false);
  out.bound = strictly ? "each above the one before" : "none below the one before";
  judge_values(in, out, [strictly](Scope& scope, const ColumnRef& column) {
    if (column.type == ColumnType::boolean || column.type == ColumnType::string || column.type == ColumnType::other)
      throw Error(ErrorKind::invalid, fmt::format("column `{}` is {}: neither numbers nor times",
                                                  printable(column.name), to_string(column.type)));
    // The value before is the last one that is not null: arg_max skips nulls.
    const std::string last = scope.derive(fmt::format(
        "arg_max({}, {}) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)", column.sql, scope.row()));
    const std::string before = scope.derive(fmt::format("lag({}) OVER ()", last));
    return fmt::format("({0} IS NULL OR {1} {2} {0})", before, column.sql, strictly ? ">" : ">=");
  });
}

void read_pair_greater(ObjectReader& in, Expectation& out) {
  out.columns = {in.string("column_A"), in.string("column_B")};
  const bool or_equal = in.boolean_or("or_equal", false);
  const std::string ignored =
      read_ignored(in, {"both_values_are_missing", "either_value_is_missing", "neither", "never"});
  out.bound = or_equal ? "a >= b" : "a > b";
  out.compile = [names = out.columns, or_equal, ignored](Scope& scope) -> Check {
    const ColumnRef a = scope.column(names[0]), b = scope.column(names[1]);
    require_comparable(a, b);
    return RowCheck{names, judged_rows(ignored, {a, b}), fmt::format("{} {} {}", a.sql, or_equal ? ">=" : ">", b.sql)};
  };
}

void read_compound_unique(ObjectReader& in, Expectation& out) {
  out.columns = in.strings("column_list");
  if (out.columns.size() < 2) in.fail("column_list", "`column_list` must name two columns or more");
  const std::string ignored = read_ignored(in, {"all_values_are_missing", "any_value_is_missing", "never"});
  out.compile = [names = out.columns, ignored](Scope& scope) -> Check {
    std::vector<ColumnRef> columns;
    std::vector<std::string> fields;
    for (const std::string& name : names) {
      columns.push_back(scope.column(name));
      fields.push_back(fmt::format("k{} := {}", fields.size(), columns.back().sql));
    }
    return RowCheck{names, judged_rows(ignored, columns), {}, fmt::format("struct_pack({})", join(fields, ", "))};
  };
}

void read_relationship(ObjectReader& in, Expectation& out) {
  const std::string table = in.string("to"), field = in.string("field");
  out.other = {table};
  out.bound = fmt::format("in `{}` of {}", field, table);
  judge_values(in, out, [table, field](Scope& scope, const ColumnRef& column) {
    return scope.derive(fmt::format("{} IN ({})", column.sql, scope.values_of(table, field, column)));
  });
}

}  // namespace mlo::validate

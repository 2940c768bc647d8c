#include "lib/validate/sql.hpp"

#include <cmath>

#include "lib/codec/json.hpp"
#include "lib/table/connection.hpp"
#include "lib/util/text.hpp"

namespace mlo::validate {
namespace {

using table::ColumnType;

constexpr std::size_t kMostInline = 16;  // longer lists are joined: a hash table, and nothing to parse

bool is_time(ColumnType type) { return type == ColumnType::date || type == ColumnType::timestamp; }

[[noreturn]] void fail_type(const ColumnRef& column, const Value& value) {
  throw Error(ErrorKind::invalid, fmt::format("column `{}` is {}, and `{}` is not", printable(column.name),
                                              to_string(column.type), printable(display(value))));
}

std::string number_literal(const Value& value) {
  if (value.is(Value::Type::integer)) return fmt::format("({})", value.as_int());
  return fmt::format("CAST('{}' AS DOUBLE)", format_double(value.as_number()));
}

std::string time_cast(const std::string& literal) { return fmt::format("CAST({} AS TIMESTAMP)", literal); }

bool fits(ColumnType type, const Value& value) {
  if (is_number(type)) return value.is_number();
  if (type == ColumnType::boolean) return value.is(Value::Type::boolean);
  return value.is(Value::Type::string) && (type == ColumnType::string || is_time(type));
}

std::string compare(const std::string& value, const std::string& sign, const std::string& bound) {
  return fmt::format("{} {} {}", value, sign, bound);
}

}  // namespace

bool is_number(ColumnType type) { return type == ColumnType::integer || type == ColumnType::real; }

void require_comparable(const ColumnRef& a, const ColumnRef& b) {
  const auto kind = [](const ColumnRef& column) {
    return is_number(column.type) ? ColumnType::real : is_time(column.type) ? ColumnType::timestamp : column.type;
  };
  if (kind(a) == kind(b) && a.type != ColumnType::other) return;
  throw Error(ErrorKind::invalid,
              fmt::format("column `{}` is {} and `{}` is {}: they cannot be compared", printable(a.name),
                          to_string(a.type), printable(b.name), to_string(b.type)));
}

std::string text_literal(std::string_view text) {
  if (text.find('\0') != std::string_view::npos)
    throw Error(ErrorKind::invalid, fmt::format("`{}` has a NUL", printable(text)));
  return table::quote(text);
}

std::string literal(Scope& scope, const ColumnRef& column, const Value& value) {
  if (!fits(column.type, value)) fail_type(column, value);
  if (value.is_number()) return number_literal(value);
  if (value.is(Value::Type::boolean)) return value.as_bool() ? "true" : "false";
  const std::string text = text_literal(value.as_string());
  if (!is_time(column.type)) return text;
  scope.require(time_cast(text), fmt::format("`{}` is no time", printable(value.as_string())));
  return time_cast(text);
}

std::string Bounds::text() const {
  if (min && max && *min == *max && !strict_min && !strict_max) return "= " + display(*min);
  std::vector<std::string> parts;
  if (min) parts.push_back(fmt::format("{} {}", strict_min ? ">" : ">=", display(*min)));
  if (max) parts.push_back(fmt::format("{} {}", strict_max ? "<" : "<=", display(*max)));
  return join(parts, ", ");
}

std::string Bounds::sql(Scope& scope, const ColumnRef& column, const std::string& value) const {
  std::vector<std::string> parts = {fmt::format("{} IS NOT NULL", value)};
  if (min) parts.push_back(compare(value, strict_min ? ">" : ">=", literal(scope, column, *min)));
  if (max) parts.push_back(compare(value, strict_max ? "<" : "<=", literal(scope, column, *max)));
  return "(" + join(parts, " AND ") + ")";
}

std::string Bounds::sql_of_number(const std::string& value) const {
  std::vector<std::string> parts = {fmt::format("{} IS NOT NULL", value)};
  if (min) parts.push_back(compare(value, strict_min ? ">" : ">=", number_literal(*min)));
  if (max) parts.push_back(compare(value, strict_max ? "<" : "<=", number_literal(*max)));
  return "(" + join(parts, " AND ") + ")";
}

Bounds read_bounds(ObjectReader& in, BoundKind kind, bool required) {
  Bounds out;
  for (const auto& [key, target] : {std::pair("min_value", &out.min), std::pair("max_value", &out.max)}) {
    const Value* value = in.find(key);
    if (value == nullptr) continue;
    const bool number = value->is_number() && !std::isnan(value->as_number());
    const bool count = value->is(Value::Type::integer) && value->as_int() >= 0;
    if (kind == BoundKind::count ? !count : !number && !(kind == BoundKind::any && value->is(Value::Type::string)))
      in.fail(key, fmt::format("`{}` must be {}", key,
                               kind == BoundKind::count    ? "a whole number, not negative"
                               : kind == BoundKind::number ? "a number"
                                                           : "a number or a text"));
    *target = *value;
  }
  out.strict_min = in.boolean_or("strict_min", false);
  out.strict_max = in.boolean_or("strict_max", false);
  if (required && !out.min && !out.max) in.fail("min_value", "needs `min_value` or `max_value`");
  if (out.min && out.max) {
    if (out.min->is_number() != out.max->is_number()) in.fail("max_value", "`min_value` is of another type");
    const bool wrong = out.min->is_number() ? out.min->as_number() > out.max->as_number()
                                            : out.min->as_string() > out.max->as_string();
    if (wrong) in.fail("min_value", "`min_value` is above `max_value`");
  }
  return out;
}

std::string in_set(Scope& scope, const ColumnRef& column, const std::vector<Value>& values) {
  if (column.type == ColumnType::other)
    throw Error(ErrorKind::invalid, fmt::format("column `{}` is of a nested type", printable(column.name)));
  std::vector<std::string> inlined;
  Value texts = Value::array();
  const bool joined = values.size() > kMostInline && (is_number(column.type) || column.type == ColumnType::string);
  for (const Value& value : values) {
    if (!fits(column.type, value)) continue;
    if (!joined) {
      inlined.push_back(literal(scope, column, value));
    } else {
      texts.push(value.is_number() ? Value(display(value)) : value);
    }
  }
  if (!joined) return inlined.empty() ? "false" : fmt::format("{} IN ({})", column.sql, join(inlined, ", "));
  const bool text = column.type == ColumnType::string;
  const bool whole =
      !text && std::all_of(values.begin(), values.end(), [](const Value& v) { return !v.is(Value::Type::real); });
  const std::string list = text_literal(emit_json(texts, JsonStyle::compact));
  const std::string_view type = text ? "VARCHAR" : whole ? "BIGINT" : "DOUBLE";
  return scope.derive(
      fmt::format(R"({} IN (SELECT CAST(unnest(from_json({}, '["VARCHAR"]')) AS {})))", column.sql, list, type));
}

}  // namespace mlo::validate

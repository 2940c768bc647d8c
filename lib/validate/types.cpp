#include "lib/validate/types.hpp"

#include <vector>

#include "lib/codec/reader.hpp"
#include "lib/util/text.hpp"

namespace mlo::validate {
namespace {

using table::ColumnType;

struct Names {
  ColumnType type;
  std::string_view names;  ///< in small letters, a space between two
};

constexpr Names kNames[] = {
    {ColumnType::boolean, "boolean bool bool_ booleantype"},
    {ColumnType::integer,
     "integer int int_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 bigint smallint tinyint hugeint ubigint "
     "uinteger long short integertype longtype shorttype bytetype"},
    {ColumnType::real,
     "real float float_ float16 float32 float64 double decimal numeric number double_precision doubletype floattype "
     "decimaltype"},
    {ColumnType::string, "string str str_ object object_ varchar text char unicode stringtype"},
    {ColumnType::date, "date datetype"},
    {ColumnType::timestamp,
     "timestamp datetime datetime64 datetime64[ns] datetime64[us] datetime64[ms] datetime64[s] timestamptz "
     "timestamptype"},
};

}  // namespace

std::optional<ColumnType> find_type(std::string_view name) {
  const std::string wanted = to_lower(name);
  for (const Names& row : kNames) {
    for (const std::string_view known : split(row.names, ' ')) {
      if (known == wanted) return row.type;
    }
  }
  return std::nullopt;
}

std::string unknown_type(std::string_view name) {
  std::vector<std::string> all, own;
  for (const Names& row : kNames) {
    for (const std::string_view known : split(row.names, ' ')) all.emplace_back(known);
    own.emplace_back(to_string(row.type));
  }
  const std::string near = nearest(to_lower(name), all);
  return fmt::format(
      "unknown type `{}`; {}", printable(name),
      near.empty() ? fmt::format("known: `{}`", join(own, "`, `")) : fmt::format("did you mean `{}`?", near));
}

}  // namespace mlo::validate

#include "lib/table/read_chunk.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "lib/util/error.hpp"

namespace mlo::table {
namespace {

ColumnType type_of(DuckType type) {
  switch (type) {
    case DuckType::boolean:
      return ColumnType::boolean;
    case DuckType::tinyint:
    case DuckType::smallint:
    case DuckType::integer:
    case DuckType::bigint:
    case DuckType::utinyint:
    case DuckType::usmallint:
    case DuckType::uinteger:
    case DuckType::ubigint:
    case DuckType::hugeint:
      return ColumnType::integer;
    case DuckType::float32:
    case DuckType::float64:
    case DuckType::decimal:
      return ColumnType::real;
    case DuckType::varchar:
      return ColumnType::string;
    case DuckType::date:
      return ColumnType::date;
    case DuckType::timestamp:
    case DuckType::timestamp_s:
    case DuckType::timestamp_ms:
    case DuckType::timestamp_ns:
    case DuckType::timestamp_tz:
      return ColumnType::timestamp;
    case DuckType::any:  // of parameters, never of values
      break;
  }
  return ColumnType::other;
}

[[noreturn]] void out_of_range(const std::string& name) {
  throw Error(ErrorKind::invalid, fmt::format("column `{}` has a value beyond 64-bit integers", name))
      .hint(fmt::format("cast it: CAST(\"{}\" AS DOUBLE)", name));
}

double to_double(const DuckHugeint& value) {
  return std::ldexp(static_cast<double>(value.upper), 64) + static_cast<double>(value.lower);
}

std::int64_t multiplied(std::int64_t value, std::int64_t by, const std::string& name) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(value, by, &product)) out_of_range(name);
  return product;
}

std::int64_t floor_divided(std::int64_t value, std::int64_t by) { return value / by - (value % by < 0 ? 1 : 0); }

/// Rows of one vector, and which of them are null; no flags if none is.
struct Rows {
  const void* data;
  const unsigned char* nulls;
  std::size_t count;
};

/// Appends convert(value) of each valid row, a default elsewhere.
template <class Stored, class Out, class Convert>
void append(std::vector<Out>& out, const Rows& rows, Convert convert) {
  const auto* const values = static_cast<const Stored*>(rows.data);
  const std::size_t first = out.size();
  out.resize(first + rows.count);
  if (rows.nulls == nullptr) {
    for (std::size_t row = 0; row < rows.count; ++row) out[first + row] = convert(values[row]);
  } else {
    for (std::size_t row = 0; row < rows.count; ++row) {
      if (rows.nulls[row] == 0) out[first + row] = convert(values[row]);
    }
  }
}

/// The same for values that need no conversion.
template <class Out>
void append(std::vector<Out>& out, const Rows& rows) {
  if (rows.nulls != nullptr) return append<Out>(out, rows, [](Out value) { return value; });
  const auto* const values = static_cast<const Out*>(rows.data);
  out.insert(out.end(), values, values + rows.count);
}

void append_integers(Column& column, DuckType stored, const Rows& rows) {
  auto& out = std::get<0>(column.values);
  const auto& name = column.name;
  const auto plain = [](auto value) { return static_cast<std::int64_t>(value); };
  const auto each = [&]<class Stored>(Stored, auto convert) { append<Stored>(out, rows, convert); };
  switch (stored) {
    case DuckType::boolean:
      return each(bool(), plain);
    case DuckType::tinyint:
      return each(std::int8_t(), plain);
    case DuckType::smallint:
      return each(std::int16_t(), plain);
    case DuckType::utinyint:
      return each(std::uint8_t(), plain);
    case DuckType::usmallint:
      return each(std::uint16_t(), plain);
    case DuckType::integer:
    case DuckType::date:
      return each(std::int32_t(), plain);
    case DuckType::uinteger:
      return each(std::uint32_t(), plain);
    case DuckType::ubigint:
      return each(std::uint64_t(), [&](std::uint64_t v) {
        if (v > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) out_of_range(name);
        return static_cast<std::int64_t>(v);
      });
    case DuckType::hugeint:
      return each(DuckHugeint(), [&](const DuckHugeint& v) {
        const auto low = static_cast<std::int64_t>(v.lower);
        if (v.upper != (low < 0 ? -1 : 0)) out_of_range(name);
        return low;
      });
    case DuckType::timestamp_s:
      return each(std::int64_t(), [&](std::int64_t v) { return multiplied(v, 1'000'000, name); });
    case DuckType::timestamp_ms:
      return each(std::int64_t(), [&](std::int64_t v) { return multiplied(v, 1'000, name); });
    case DuckType::timestamp_ns:
      return each(std::int64_t(), [](std::int64_t v) { return floor_divided(v, 1'000); });
    default:
      return append<std::int64_t>(out, rows);  // bigint and the timestamps in microseconds
  }
}

void append_reals(Column& column, const DuckColumn& kind, const Rows& rows) {
  auto& out = std::get<1>(column.values);
  if (kind.stored == DuckType::float64) return append<double>(out, rows);
  const double unit = kind.decimal ? std::pow(10.0, kind.scale) : 1.0;
  const auto each = [&]<class Stored>(Stored) {
    append<Stored>(out, rows, [unit](const Stored& value) {
      if constexpr (std::is_same_v<Stored, DuckHugeint>)
        return to_double(value) / unit;
      else
        return static_cast<double>(value) / unit;
    });
  };
  switch (kind.stored) {
    case DuckType::float32:
      return each(float());
    case DuckType::smallint:
      return each(std::int16_t());
    case DuckType::integer:
      return each(std::int32_t());
    case DuckType::bigint:
      return each(std::int64_t());
    default:
      return each(DuckHugeint());
  }
}

/// Appends the flags of `rows` rows; where they are, or null if none is set.
const unsigned char* append_nulls(std::vector<unsigned char>& nulls, const std::uint64_t* validity,
                                  std::uint64_t rows) {
  const std::size_t first = nulls.size();
  nulls.resize(first + rows);
  if (validity == nullptr) return nullptr;
  bool any = false;
  for (std::uint64_t row = 0; row < rows; ++row) {
    const bool null = (validity[row / 64] >> (row % 64) & 1U) == 0;
    nulls[first + row] = null ? 1 : 0;
    any |= null;
  }
  return any ? nulls.data() + first : nullptr;
}

}  // namespace

std::string_view to_string(ColumnType type) {
  switch (type) {
    case ColumnType::boolean:
      return "boolean";
    case ColumnType::integer:
      return "integer";
    case ColumnType::real:
      return "real";
    case ColumnType::string:
      return "string";
    case ColumnType::date:
      return "date";
    case ColumnType::timestamp:
      return "timestamp";
    case ColumnType::other:
      break;
  }
  return "other";
}

bool has_nulls(const Column& column) { return std::memchr(column.nulls.data(), 1, column.nulls.size()) != nullptr; }

void clear(Column& column) {
  std::visit([](auto& values) { values.clear(); }, column.values);
  column.nulls.clear();
}

DuckColumn describe_column(const DuckApi& api, DuckPointer logical_type) {
  const DuckType id = api.get_type_id(logical_type);
  DuckColumn kind{.stored = id, .type = type_of(id), .decimal = id == DuckType::decimal, .scale = 0};
  if (kind.decimal) {
    kind.stored = api.decimal_internal_type(logical_type);
    kind.scale = api.decimal_scale(logical_type);
  }
  return kind;
}

Column start_column(std::string name, ColumnType type) {
  Column column{.name = std::move(name), .type = type, .values = {}, .nulls = {}};
  if (type == ColumnType::real) column.values.emplace<1>();
  if (type == ColumnType::string) column.values.emplace<2>();
  return column;
}

void append_values(Column& column, const DuckColumn& kind, const void* data, const std::uint64_t* validity,
                   std::uint64_t count) {
  if (kind.type == ColumnType::other && count > 0) {
    throw Error(ErrorKind::invalid, fmt::format("column `{}` has a type that mlo does not read", column.name))
        .hint(fmt::format("cast it: CAST(\"{}\" AS VARCHAR)", column.name));
  }
  const Rows rows{data, append_nulls(column.nulls, validity, count), count};
  if (kind.type == ColumnType::real) {
    append_reals(column, kind, rows);
  } else if (kind.type == ColumnType::string) {
    append<DuckString>(std::get<2>(column.values), rows, [](const DuckString& s) {
      return s.length <= 12 ? std::string(s.inlined, s.length) : std::string(s.pointer, s.length);
    });
  } else {
    append_integers(column, kind.stored, rows);
  }
}

}  // namespace mlo::table

#include "lib/drift/typing.hpp"

#include <map>

#include "lib/stats/binning.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"

namespace mlo::drift {
namespace {

using table::ColumnType;

bool is_number(const LoadedColumn& column) {
  return column.type == ColumnType::integer || column.type == ColumnType::real;
}
bool is_counted(const LoadedColumn& column) {
  return column.type == ColumnType::boolean || column.type == ColumnType::string;
}

void count_into(std::map<std::string, stats::CountPair>& counts, const LoadedColumn& column,
                std::uint64_t stats::CountPair::*side) {
  for (const auto& [value, count] : column.values) counts[value].*side += count;
}

/// Categories of numbers, in the order of the numbers.
std::vector<Category> number_categories(const LoadedColumn& reference, const LoadedColumn& current) {
  std::map<double, stats::CountPair> counts;
  for (const double value : reference.numbers) ++counts[value].reference;
  for (const double value : current.numbers) ++counts[value].current;
  std::vector<Category> categories;
  for (const auto& [value, count] : counts) categories.push_back({format_double(value), count});
  return categories;
}

}  // namespace

ColumnKind infer_kind(const LoadedColumn& reference) {
  constexpr std::size_t kFewIntegers = 10;
  switch (reference.type) {
    case ColumnType::real:
      return ColumnKind::number;
    case ColumnType::integer:
      return stats::count_distinct(reference.numbers) <= kFewIntegers ? ColumnKind::category : ColumnKind::number;
    case ColumnType::boolean:
      return ColumnKind::category;
    case ColumnType::string: {
      std::uint64_t values = 0;
      for (const auto& [value, count] : reference.values) values += count;
      return reference.values.size() * 2 > values ? ColumnKind::text : ColumnKind::category;
    }
    case ColumnType::date:
    case ColumnType::timestamp:
      return ColumnKind::time;
    case ColumnType::other:
      return ColumnKind::other;
  }
  MLO_ASSERT(false);
}

ColumnKind require_kind(const LoadedColumn& reference, ColumnKind wanted) {
  const bool possible =
      wanted == ColumnKind::number ? is_number(reference) : is_number(reference) || is_counted(reference);
  if (possible) return wanted;
  throw Error(ErrorKind::usage,
              fmt::format("column `{}` cannot be compared as a {}: its type is {}", printable(reference.name),
                          to_string(wanted), table::to_string(reference.type)));
}

bool are_comparable(const LoadedColumn& reference, const LoadedColumn& current, ColumnKind kind) {
  if (kind != ColumnKind::number && kind != ColumnKind::category) return false;
  return (is_number(reference) && is_number(current)) || (is_counted(reference) && is_counted(current));
}

Samples make_samples(LoadedColumn& reference, LoadedColumn& current, ColumnKind kind) {
  if (kind == ColumnKind::number) {
    return {.kind = kind, .reference = std::move(reference.numbers), .current = std::move(current.numbers)};
  }
  if (is_number(reference)) return {.kind = kind, .categories = number_categories(reference, current)};
  std::map<std::string, stats::CountPair> counts;
  count_into(counts, reference, &stats::CountPair::reference);
  count_into(counts, current, &stats::CountPair::current);
  Samples samples{.kind = kind};
  for (const auto& [value, count] : counts) samples.categories.push_back({value, count});
  return samples;
}

}  // namespace mlo::drift

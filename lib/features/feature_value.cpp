#include "lib/features/feature_value.hpp"

#include <bit>

#include "lib/util/bytes.hpp"
#include "lib/util/utc_time.hpp"

namespace mlo::features {

using table::Column;
using table::ColumnType;

void pack_row(const FeatureRows& rows, std::size_t row, std::string& out) {
  ByteWriter writer;
  for (const Column* const column : rows.features) {
    if (column->nulls[row]) {
      writer.raw(std::string_view("n"));
    } else if (column->type == ColumnType::string) {
      const std::string& text = column->strings()[row];
      writer.raw(std::string_view("s"));
      writer.u32(static_cast<std::uint32_t>(text.size()));
      writer.raw(text);
    } else if (column->type == ColumnType::real) {
      writer.raw(std::string_view("r"));
      writer.u64(std::bit_cast<std::uint64_t>(column->reals()[row]));
    } else {
      writer.raw(std::string_view("i"));
      writer.u64(static_cast<std::uint64_t>(column->integers()[row]));
    }
  }
  out = std::move(writer).str();
}

std::optional<std::vector<FeatureValue>> unpack_row(std::string_view bytes, std::size_t count) {
  ByteReader reader(bytes);
  std::vector<FeatureValue> values;
  for (std::size_t i = 0; i < count && reader.ok(); ++i) {
    switch (reader.u8()) {
      case 'n':
        values.emplace_back();
        break;
      case 'i':
        values.emplace_back(static_cast<std::int64_t>(reader.u64()));
        break;
      case 'r':
        values.emplace_back(std::bit_cast<double>(reader.u64()));
        break;
      case 's':
        values.emplace_back(std::string(reader.raw(reader.u32())));
        break;
      default:
        return std::nullopt;
    }
  }
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return values;
}

Value to_value(const FeatureValue& value, FeatureType type) {
  if (const auto* const text = std::get_if<std::string>(&value)) return *text;
  if (const auto* const real = std::get_if<double>(&value)) return *real;
  const auto* const integer = std::get_if<std::int64_t>(&value);
  if (integer == nullptr) return nullptr;
  if (type == FeatureType::boolean) return *integer != 0;
  if (type == FeatureType::integer) return *integer;
  constexpr std::int64_t kDay = 86'400'000'000;
  std::int64_t micros = *integer;
  if (type == FeatureType::date && __builtin_mul_overflow(*integer, kDay, &micros)) return *integer;
  const UtcTime time = UtcTime::from_micros(micros);
  if (!is_spellable(time)) return *integer;
  const std::string spelled = format_utc(time);
  return type == FeatureType::date ? spelled.substr(0, 10) : spelled;
}

}  // namespace mlo::features

#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/codec/value.hpp"
#include "lib/features/point_in_time.hpp"
#include "lib/manifest/features.hpp"

namespace mlo::features {

/// Null, an integer (also booleans, dates as days and times as UTC microseconds since 1970), a real or a text.
using FeatureValue = std::variant<std::monostate, std::int64_t, double, std::string>;

/// The features of one row as bytes: per feature a byte `n`, `i`, `r` or `s`, then nothing, 8 bytes, 8 bytes, or a
/// length of 4 bytes and the text; little-endian.
void pack_row(const FeatureRows& rows, std::size_t row, std::string& out);
/// Nothing if the bytes are not `count` values.
std::optional<std::vector<FeatureValue>> unpack_row(std::string_view bytes, std::size_t count);

/// As JSON and people read it: dates and times in their usual spelling.
Value to_value(const FeatureValue& value, FeatureType type);

}  // namespace mlo::features

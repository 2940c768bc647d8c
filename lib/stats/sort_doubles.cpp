#include "lib/stats/sort_doubles.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace mlo::stats {
namespace {

constexpr unsigned kDigitBits = 11;
constexpr unsigned kDigits = 6;
constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;
constexpr std::size_t kSmall = 2048;  // below, comparing is faster than counting

/// Bits whose unsigned order is the order of the doubles.
std::uint64_t to_key(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return bits ^ ((bits >> 63U) != 0 ? ~std::uint64_t{0} : std::uint64_t{1} << 63U);
}

double from_key(std::uint64_t key) {
  return std::bit_cast<double>(key ^ ((key >> 63U) != 0 ? std::uint64_t{1} << 63U : ~std::uint64_t{0}));
}

std::size_t digit(std::uint64_t key, unsigned place) { return (key >> (place * kDigitBits)) & (kBuckets - 1); }

}  // namespace

void sort_doubles(std::vector<double>& values) {
  for (double& value : values) value += 0.0;  // -0.0 + 0.0 is 0.0
  if (std::is_sorted(values.begin(), values.end())) return;
  if (values.size() < kSmall) {
    std::sort(values.begin(), values.end());
    return;
  }
  std::vector<std::uint64_t> keys(values.size());
  std::vector<std::uint64_t> other(values.size());
  std::vector<std::array<std::size_t, kBuckets>> counts(kDigits);
  for (auto& count : counts) count.fill(0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    keys[i] = to_key(values[i]);
    for (unsigned place = 0; place < kDigits; ++place) ++counts[place][digit(keys[i], place)];
  }
  for (unsigned place = 0; place < kDigits; ++place) {
    auto& starts = counts[place];
    if (starts[digit(keys.front(), place)] == keys.size()) continue;
    std::size_t start = 0;
    for (auto& count : starts) start += std::exchange(count, start);
    for (const std::uint64_t key : keys) other[starts[digit(key, place)]++] = key;
    keys.swap(other);
  }
  std::transform(keys.begin(), keys.end(), values.begin(), from_key);
}

}  // namespace mlo::stats

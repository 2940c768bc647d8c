#include "lib/bounds/resources.hpp"

#include <cmath>

#include "lib/codec/reader.hpp"
#include "lib/util/text.hpp"

namespace mlo {
namespace {

enum class Unit { thousandths, bytes, milliseconds, count };

struct Kind {
  std::string_view name;
  Unit unit;
  std::uint64_t least, most;
};

constexpr std::uint64_t kEiB = std::uint64_t{1} << 60U;
constexpr std::array<Kind, kResources> kKinds = {{{"cpu", Unit::thousandths, 0, 1'000'000'000},
                                                  {"mem", Unit::bytes, std::uint64_t{1} << 20U, kEiB},
                                                  {"gpu", Unit::count, 0, 32},
                                                  {"time", Unit::milliseconds, 1, std::uint64_t{366} * 86'400'000},
                                                  {"disk", Unit::bytes, 0, kEiB},
                                                  {"log", Unit::bytes, 0, kEiB},
                                                  {"processes", Unit::count, 1, 1U << 22U}}};

const Kind& kind_of(Resource resource) { return kKinds[static_cast<std::size_t>(resource)]; }

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 10> kByteUnits = {{{"TiB", 1ULL << 40U},
                                                                                    {"GiB", 1ULL << 30U},
                                                                                    {"MiB", 1ULL << 20U},
                                                                                    {"KiB", 1ULL << 10U},
                                                                                    {"TB", 1'000'000'000'000},
                                                                                    {"GB", 1'000'000'000},
                                                                                    {"MB", 1'000'000},
                                                                                    {"kB", 1'000},
                                                                                    {"KB", 1'000},
                                                                                    {"B", 1}}};

std::optional<std::uint64_t> scaled(double number, double by) {
  const double amount = std::round(number * by);
  if (!(amount >= 0) || amount > 9e18) return std::nullopt;
  return static_cast<std::uint64_t>(amount);
}

std::optional<std::uint64_t> parse_amount(Unit unit, const std::string& text) {
  if (unit == Unit::bytes) return parse_byte_size(text);
  if (unit == Unit::milliseconds) {
    const auto time = parse_duration(text);
    return time ? scaled(static_cast<double>(time->count()), 1e-3) : std::nullopt;
  }
  if (unit == Unit::count) return parse_u64(text);
  const auto number = parse_double(text);
  return number ? scaled(*number, 1000) : std::nullopt;
}

std::string_view example_of(Unit unit) {
  switch (unit) {
    case Unit::thousandths:
      return "a number like 2 or 0.5";
    case Unit::bytes:
      return "a size like 2GiB or 500MB";
    case Unit::milliseconds:
      return "a time like 90s, 30m or 2h";
    case Unit::count:
      return "a whole number";
  }
  return "";
}

/// The largest unit of `units` that `amount` is a whole number of.
template <class Units>
std::string in_units(std::uint64_t amount, const Units& units) {
  for (const auto& [name, size] : units) {
    if (amount >= size && amount % size == 0) return fmt::format("{}{}", amount / size, name);
  }
  return std::to_string(amount);
}

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> kTimeUnits = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}}};

}  // namespace

std::string_view to_string(Resource resource) { return kind_of(resource).name; }

std::optional<std::uint64_t> parse_byte_size(std::string_view text) {
  double unit = 1;
  for (const auto& [name, size] : kByteUnits) {
    if (!text.ends_with(name)) continue;
    text = trim(text.substr(0, text.size() - name.size()));
    unit = static_cast<double>(size);
    break;
  }
  if (text.empty() || text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  const auto number = parse_double(text);
  return number ? scaled(*number, unit) : std::nullopt;
}

void read_resources(const Value& value, std::string_view source, const std::string& what, Resources& resources) {
  ObjectReader reader(value, source, what);
  reader.only({"cpu", "mem", "gpu", "time", "disk", "log", "processes"});
  for (std::size_t i = 0; i < kResources; ++i) {
    const auto& [name, unit, least, most] = kKinds[i];
    const Value* const found = reader.find(name);
    if (found == nullptr) continue;
    const std::string text = found->is_scalar() ? display(*found) : "";
    const auto amount = text == "unlimited" ? kUnlimited : parse_amount(unit, text);
    if (!amount) {
      fail_at(source, *found,
              fmt::format("cannot read `{}` of {}: expected {}, or `unlimited`", name, what, example_of(unit)));
    }
    if (*amount != kUnlimited && (*amount < least || *amount > most)) {
      const auto at = static_cast<Resource>(i);
      fail_at(source, *found,
              fmt::format("`{}` of {} must be from {} to {}, or `unlimited`", name, what, spell_amount(at, least),
                          spell_amount(at, most)));
    }
    resources.set(static_cast<Resource>(i), *amount);
  }
}

std::string spell_amount(Resource resource, std::uint64_t amount) {
  if (amount == kUnlimited) return "unlimited";
  switch (kind_of(resource).unit) {
    case Unit::thousandths:
      return format_double(static_cast<double>(amount) / 1000);
    case Unit::bytes:
      return in_units(amount, kByteUnits);
    case Unit::milliseconds:
      return amount % 1000 == 0 ? in_units(amount, kTimeUnits) : format_double(static_cast<double>(amount) / 1000);
    case Unit::count:
      break;
  }
  return std::to_string(amount);
}

std::string show_amount(Resource resource, std::uint64_t amount) {
  const Unit unit = kind_of(resource).unit;
  if (amount == kUnlimited || unit == Unit::count || unit == Unit::thousandths) return spell_amount(resource, amount);
  if (unit == Unit::milliseconds) return format_seconds(static_cast<double>(amount) / 1000);
  for (const auto& [name, size] : kByteUnits) {
    if (amount < size || name.find('i') == std::string_view::npos) continue;
    const double number = static_cast<double>(amount) / static_cast<double>(size);
    return fmt::format("{} {}", format_double(std::round(number * 10) / 10), name);
  }
  return fmt::format("{} B", amount);
}

}  // namespace mlo

#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/codec/value.hpp"

namespace mlo {

/// What a stage is kept in bounds by. Units: cpu thousandths of a processor; mem, disk, log bytes; time milliseconds;
/// gpu and processes a number (of processes: with their threads).
enum class Resource : std::uint8_t { cpu, mem, gpu, time, disk, log, processes };
constexpr std::size_t kResources = 7;
std::string_view to_string(Resource resource);

/// As an amount: no bound.
constexpr std::uint64_t kUnlimited = UINT64_MAX;

/// An amount of each resource, or nothing where nothing is said.
class Resources {
 public:
  std::optional<std::uint64_t> find(Resource resource) const { return amounts_[static_cast<std::size_t>(resource)]; }
  std::uint64_t get_or(Resource resource, std::uint64_t fallback) const { return find(resource).value_or(fallback); }
  Resources& set(Resource resource, std::uint64_t amount) {
    amounts_[static_cast<std::size_t>(resource)] = amount;
    return *this;
  }
  bool operator==(const Resources&) const = default;

 private:
  std::array<std::optional<std::uint64_t>, kResources> amounts_;
};

/// A mapping like `{cpu: 2, mem: 2GiB, time: 1h, log: unlimited}` laid over `resources`. Numbers without a unit are
/// processors, bytes, seconds. Strict: Error{invalid} with file:line:column. `what` names it in errors.
void read_resources(const Value& value, std::string_view source, const std::string& what, Resources& resources);

/// "2048", "1.5GiB", "500MB": bytes by powers of 1024 with an `i`, of 1000 without. Nothing if it is not that.
std::optional<std::uint64_t> parse_byte_size(std::string_view text);

/// As it can be spelled in a pipeline: "1.5", "2GiB", "1h", "unlimited"; exactly that amount.
std::string spell_amount(Resource resource, std::uint64_t amount);
/// For people, after "of": "1.5 processors", "2.1 GiB", "1 h".
std::string show_amount(Resource resource, std::uint64_t amount);

}  // namespace mlo

#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "lib/util/utc_time.hpp"

namespace mlo {

/// Where entropy comes from. The real one lives in cli/host.cpp; tests hand in a seeded one. Thread-safe.
class Rng {
 public:
  virtual ~Rng() = default;
  virtual void fill(std::span<std::byte> out) = 0;
};

/// A UUID version 7 (RFC 9562) as 32 lower-case hex digits: sorts by `now` in milliseconds, then at random.
std::string make_uuid7(UtcTime now, Rng& rng);
/// True for 32 lower-case hex digits whose version and variant are those of a UUIDv7.
bool is_uuid7(std::string_view text);
/// The millisecond a UUIDv7 carries. `id` must satisfy is_uuid7.
UtcTime uuid7_time(std::string_view id);
/// "brave-otter" from an id: the same words for the same id on every machine.
std::string adjective_noun(std::string_view id);

}  // namespace mlo

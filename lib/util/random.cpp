#include "lib/util/random.hpp"

#include <fmt/format.h>

#include <array>

#include "lib/util/bytes.hpp"
#include "lib/util/error.hpp"
#include "lib/util/text.hpp"
#include "lib/util/world.hpp"

namespace mlo {
namespace {

constexpr std::array<std::string_view, 64> kAdjectives = {
    "able",  "amber",  "azure",  "bold",   "brave",  "brief",  "bright", "brisk", "calm",   "clear", "clever",
    "cool",  "coral",  "crisp",  "deep",   "dry",    "eager",  "early",  "fair",  "fast",   "fine",  "firm",
    "fond",  "free",   "fresh",  "gentle", "glad",   "golden", "good",   "grand", "green",  "happy", "hardy",
    "keen",  "kind",   "late",   "light",  "lively", "long",   "loud",   "lucky", "mellow", "merry", "mild",
    "misty", "neat",   "noble",  "plain",  "proud",  "quick",  "quiet",  "rapid", "red",    "ripe",  "royal",
    "sharp", "silent", "smooth", "soft",   "stable", "steady", "sunny",  "warm",  "wise"};
constexpr std::array<std::string_view, 64> kNouns = {
    "acorn",  "badger", "beacon",  "birch",  "brook",  "canyon", "cedar",   "cliff",  "cloud",  "comet", "crane",
    "creek",  "delta",  "dune",    "eagle",  "ember",  "falcon", "fern",    "field",  "finch",  "fjord", "forest",
    "fox",    "garden", "glacier", "grove",  "harbor", "hawk",   "heron",   "hill",   "island", "ivy",   "kite",
    "lagoon", "lake",   "larch",   "lark",   "lynx",   "maple",  "marsh",   "meadow", "moon",   "oak",   "ocean",
    "orbit",  "otter",  "owl",     "peak",   "pine",   "planet", "prairie", "quartz", "raven",  "reef",  "ridge",
    "river",  "robin",  "shore",   "spruce", "star",   "stone",  "tiger",   "valley", "willow"};

}  // namespace

std::string make_uuid7(UtcTime now, Rng& rng) {
  std::array<std::byte, 16> id{};
  rng.fill(id);
  const auto millis = static_cast<std::uint64_t>(now.millis());
  for (std::size_t i = 0; i < 6; ++i) id[i] = static_cast<std::byte>(millis >> (8 * (5 - i)));
  id[6] = (id[6] & std::byte{0x0F}) | std::byte{0x70};
  id[8] = (id[8] & std::byte{0x3F}) | std::byte{0x80};
  return to_hex(id);
}

bool is_uuid7(std::string_view text) {
  std::array<std::byte, 16> id{};
  return from_hex(text, id) && (id[6] & std::byte{0xF0}) == std::byte{0x70} &&
         (id[8] & std::byte{0xC0}) == std::byte{0x80};
}

UtcTime uuid7_time(std::string_view id) {
  std::array<std::byte, 16> raw{};
  MLO_ASSERT(from_hex(id, raw));
  std::int64_t millis = 0;
  for (std::size_t i = 0; i < 6; ++i) millis = millis * 256 + std::to_integer<std::int64_t>(raw[i]);
  return UtcTime::from_micros(millis * 1000);
}

std::string adjective_noun(std::string_view id) {
  const std::uint32_t hash = crc32c(bytes_of(id));
  return fmt::format("{}-{}", kAdjectives[hash % 64], kNouns[hash / 64 % 64]);
}

void check_stop(const World& world) {
  if (world.stop.stop_requested()) throw Error(ErrorKind::interrupted, "interrupted");
}

void pause(const World& world, std::chrono::nanoseconds time) {
  check_stop(world);
  world.clock.sleep(time, world.stop);
  check_stop(world);
}

}  // namespace mlo

#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/crypto/digest.hpp"
#include "lib/manifest/run_record.hpp"
#include "lib/util/fs.hpp"
#include "lib/util/utc_time.hpp"

// The log of a live run. Opens no library heavier than the C++ one: `mlo track log` is this and nothing else.
namespace mlo {

struct MetricEvent { std::string key; double value = 0; std::int64_t step = 0; UtcTime time; };
struct ParamEvent { std::string key; Value value; };
struct TagEvent { std::string key, value; };
struct ArtifactEvent { Artifact artifact; };  ///< its object is already in the store
using RunEvent = std::variant<MetricEvent, ParamEvent, TagEvent, ArtifactEvent>;

/// Appends events as frames (magic, length, CRC-32C, payload) in one O_APPEND write under flock. Any number of processes
/// may append at once. Error{invalid} for a bad key; Error{not_found} if the run is not live.
void append_events(const fs::path& run_dir, const std::vector<RunEvent>& events);

struct EventLog {
  std::vector<RunEvent> events;
  std::uint64_t damaged_bytes = 0;  ///< skipped to reach the next valid frame
};
/// All events so far, in order. A torn or flipped frame is skipped, never an error.
EventLog read_events(const fs::path& run_dir);
EventLog decode_events(std::string_view bytes);

}  // namespace mlo

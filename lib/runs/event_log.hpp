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

struct MetricEvent {
  std::string key;
  double value = 0;
  std::int64_t step = 0;
  UtcTime time;
};
struct ParamEvent {
  std::string key;
  Value value;
};
struct TagEvent {
  std::string key, value;
};
struct ArtifactEvent {
  Artifact artifact;
};  ///< its object is already in the store
using RunEvent = std::variant<MetricEvent, ParamEvent, TagEvent, ArtifactEvent>;

/// Appends events as frames (magic, length, CRC-32C, payload) in one O_APPEND write under flock. Any number of
/// processes may append at once; a process that dies leaves whole frames or one torn one, which readers skip. Not
/// synced: a power cut may lose the last seconds. Values under secret names are left out. Error{invalid} for a bad key,
/// before anything is written; Error{not_found} if the run is not live.
void append_events(const fs::path& run_dir, const std::vector<RunEvent>& events);

/// The empty log of a new run; what close_event_log closes for good. Later appends find the run not live.
void create_event_log(const fs::path& run_dir);
void close_event_log(const fs::path& run_dir);

/// An empty open log in place of a closed one, in the same file if that had no events.
void renew_event_log(const fs::path& run_dir);
/// Open or closed.
bool is_event_log(std::string_view file_name);

struct EventLog {
  std::vector<RunEvent> events;
  std::uint64_t damaged_bytes = 0;  ///< skipped to reach the next valid frame
};
/// All events so far, in order. A torn or flipped frame is skipped, never an error.
EventLog read_events(const fs::path& run_dir);
EventLog decode_events(std::string_view bytes);

}  // namespace mlo

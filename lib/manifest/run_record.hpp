#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/codec/value.hpp"
#include "lib/crypto/digest.hpp"
#include "lib/util/utc_time.hpp"

// The immutable records of experiment history, as they lie in the trees of refs/mlo/runs.
namespace mlo {

enum class RunStatus { running, finished, failed, killed, cached };
std::string_view to_string(RunStatus status);

/// Something a run read or wrote, by content.
struct Artifact {
  std::string path;  ///< relative to the repository root, or a logical name for logged artifacts
  Digest id;         ///< of the file, or of the tree if `directory`
  bool directory = false;
  std::uint64_t bytes = 0;
  std::uint64_t files = 0;
  bool cached = true;       ///< its bytes are in the store
  bool executable = false;  ///< of a file that a stage made
  bool operator==(const Artifact&) const = default;
};

struct MetricPoint {
  std::int64_t step = 0;
  double value = 0;
  UtcTime time;
};

struct CodeState {
  std::string commit;  ///< git-sha1:<hex>; empty on an unborn branch
  std::string branch;
  bool dirty = false;
  std::optional<Digest> tree;  ///< code tree in the store, if dirty
};

struct EnvironmentFacts {
  std::map<std::string, std::string> facts;  ///< platform, kernel, cpu, interpreter versions, .. : sorted
};

struct ResourceUsage {
  double wall_seconds = 0, user_seconds = 0, system_seconds = 0;
  std::uint64_t max_rss_bytes = 0;
};

/// In which bounds a stage ran.
struct BoundsRecord {
  std::string held_by;                         ///< "cgroup v2" or "watchdog"
  std::map<std::string, std::string> allowed;  ///< what was asked for, as a pipeline spells it
  std::map<std::string, std::uint64_t> used;   ///< the most that was seen: bytes, or a number of processes
  std::vector<std::string> gpus;
  std::string stopped;  ///< the bound that it met
  bool operator==(const BoundsRecord&) const = default;
};

/// What a stage touched in the work tree besides what it declares.
struct TraceRecord {
  std::string method;                      ///< "seccomp", "ptrace", or "none"
  std::string reason;                      ///< why not all was seen; empty: all was
  std::vector<std::string> reads, writes;  ///< undeclared, relative to the root; sorted, the first of many
  std::uint64_t more = 0;                  ///< undeclared ones that are not named
  bool complete() const { return reason.empty(); }
  bool operator==(const TraceRecord&) const = default;
};

/// `run.yaml`, kind `run/1`: one invocation of `mlo run`, or one stage of it (then `parent` is set).
struct RunRecord {
  std::string id;      ///< UUIDv7, 32 hex
  std::string name;    ///< adjective-noun, or the user's
  std::string parent;  ///< id of the invocation; empty for the invocation itself
  std::string stage;   ///< stage name; empty for the invocation
  std::string experiment = "default";
  std::string user;
  std::vector<std::string> command;
  RunStatus status = RunStatus::running;
  int exit_code = 0;
  UtcTime started, ended;
  CodeState code;
  Value params = Value::object();              ///< flattened: dotted key -> scalar
  std::map<std::string, MetricPoint> metrics;  ///< last value of each key
  std::map<std::string, std::string> tags;
  std::vector<Artifact> inputs, outputs, artifacts;
  std::map<std::string, std::string> datasets;  ///< dataset name -> id text, for inputs that are registered datasets
  EnvironmentFacts environment;
  ResourceUsage usage;
  std::optional<BoundsRecord> bounds;      ///< of a stage that ran
  std::optional<TraceRecord> trace;        ///< of a stage that ran
  std::optional<Digest> action;            ///< action key of the stage
  std::optional<std::string> cached_from;  ///< id of the run whose result was reused
  std::optional<Digest> series;            ///< all metric points, in the store and in the run's git tree
  std::optional<Digest> log;               ///< stdout and stderr of a stage, in the store
};

/// As in a record.
Value bounds_value(const BoundsRecord& bounds);
Value trace_value(const TraceRecord& trace);

std::string emit_run(const RunRecord& record);
RunRecord parse_run(std::string_view text, std::string_view source);

/// kind `amend/1`: a later remark about a run. Kind `tombstone/1`: it is deleted (or restored).
struct RunAmendment {
  std::string run;
  UtcTime time;
  std::map<std::string, std::optional<std::string>> tags;  ///< nothing: remove the tag
  std::optional<std::string> note;
  std::optional<std::string> name;
  std::optional<bool> deleted;  ///< true: tombstone; false: restored
};

std::string emit_amendment(const RunAmendment& amendment);
RunAmendment parse_amendment(std::string_view text, std::string_view source);

}  // namespace mlo

#include "lib/manifest/names.hpp"
#include "lib/runs/event_log.hpp"
#include "tests/fuzz/fuzz.hpp"

// Any process may have scribbled into the log of a live run: what is read is valid, and every byte is accounted for.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  const EventLog log = decode_events(bytes);
  fuzz::require(log.damaged_bytes <= bytes.size());
  fuzz::require(bytes.empty() || log.damaged_bytes > 0 || !log.events.empty());
  for (const RunEvent& event : log.events) {
    if (const auto* metric = std::get_if<MetricEvent>(&event)) fuzz::require(is_metric_key(metric->key));
    if (const auto* artifact = std::get_if<ArtifactEvent>(&event))
      fuzz::require(is_safe_relative(artifact->artifact.path));
  }
}

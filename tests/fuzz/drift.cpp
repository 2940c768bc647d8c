#include "lib/codec/json.hpp"
#include "lib/drift/baseline.hpp"
#include "lib/drift/report.hpp"
#include "lib/report/drift_html.hpp"
#include "lib/report/drift_prometheus.hpp"
#include "tests/fuzz/fuzz.hpp"

// A baseline that somebody committed, or a report that somebody sent: what is taken is written in one way, and a report
// can be rendered.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  if (bytes.empty()) return;
  const std::string_view text = bytes.substr(1);
  if (bytes[0] == 'b') {
    const std::string written = drift::emit_baseline(drift::parse_baseline(text, "b.yaml"));
    fuzz::require(drift::emit_baseline(drift::parse_baseline(written, "again.yaml")) == written);
    return;
  }
  const drift::DriftReport report = drift::parse_report(text, "r.json");
  const std::string written = emit_json(drift::to_value(report));
  fuzz::require(emit_json(drift::to_value(drift::parse_report(written, "again.json"))) == written);
  fuzz::require(report::drift_html(report).ends_with("</html>\n"));
  fuzz::require(report::drift_prometheus(report).ends_with("\n"));
}

#include "lib/manifest/attestation.hpp"
#include "lib/manifest/dataset.hpp"
#include "lib/manifest/lock.hpp"
#include "lib/manifest/run_record.hpp"
#include "lib/workspace/config.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

/// What was read is written in one way.
template <class Parse, class Emit>
void check(std::string_view text, Parse parse, Emit emit) {
  const std::string written = emit(parse(text, "f.yaml"));
  mlo::fuzz::require(emit(parse(written, "again.yaml")) == written);
}

}  // namespace

// The first byte chooses the kind.
MLO_FUZZ_TARGET(bytes) {
  using namespace mlo;
  if (bytes.empty()) return;
  const auto text = bytes.substr(1);
  switch (bytes[0] % 5) {
    case 0:
      return check(text, parse_dataset, emit_dataset);
    case 1:
      return check(text, parse_run, emit_run);
    case 2:
      if (text.starts_with("mlo: att")) return check(text, parse_attestation, emit_attestation);
      return check(text, parse_amendment, emit_amendment);
    case 3:
      return check(text, parse_lock, emit_lock);
    default: {
      Config config;
      read_config(text, "config.yaml", config);
    }
  }
}

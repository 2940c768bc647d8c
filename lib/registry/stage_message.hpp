#pragma once
#include <string>
#include <string_view>

#include "lib/manifest/gate_report.hpp"
#include "lib/manifest/rollback.hpp"

// Messages of stage tags: a summary for people, the canonical document, then trailers: the name of the tag, so that a
// message counts in its own place only, and the SHA-256 of the document.
namespace mlo {

std::string promotion_message(const GateReport& report, std::string_view tag);
std::string rollback_message(const Rollback& rollback, std::string_view tag);

struct StageMessage {
  std::string document;
  Digest digest;  ///< of it
  bool rollback = false;
};
/// Error{verdict} with the reason for a message that is none of these, or whose trailers do not fit.
StageMessage read_stage_message(std::string_view message, std::string_view tag);

}  // namespace mlo

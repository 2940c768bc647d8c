#pragma once
#include <string>
#include <string_view>

#include "lib/crypto/digest.hpp"
#include "lib/util/utc_time.hpp"

namespace mlo {

/// Kind `rollback/1`: a version that held a stage before holds it again. It stands in the message of the tag. Gates
/// were not asked: what it stands on is the report of the version's own promotion.
struct Rollback {
  std::string stage;
  UtcTime when;
  std::string who, reason;
  std::string name, version;
  Digest id;              ///< content of the model
  std::string commit;     ///< git-sha1:.. that its version tag points at
  std::string replaces;   ///< version that held the stage
  std::string promotion;  ///< tag of the promotion it stands on
  Digest report;          ///< of that promotion
};

std::string emit_rollback(const Rollback& rollback);
Rollback parse_rollback(std::string_view text, std::string_view source);

}  // namespace mlo
